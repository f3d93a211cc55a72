import { findEntry, type Tree } from '../../../language/tree.ts';
import { findSlots } from '../../../policy/template.ts';
import { type Linted, listScalarTrees } from '../linted.ts';
import { isDemanded, isOftenMissing } from '../missing.ts';
import type { LintMatch, LintRule } from '../rule.ts';

/** Values of tags without an `else`, and those of claims of ours, which have none. */
function listTagValues(linted: Linted): readonly Tree[] {
  const kind = linted.role?.template.kind;
  const under = findEntry(
    findEntry(linted.tree, kind ?? '')?.value ?? linted.tree,
    kind === 'aws' ? 'tags' : 'claims',
  )?.value;
  if (under?.kind !== 'map' || (kind !== 'aws' && kind !== 'jwt' && kind !== 'oauth')) return [];
  return under.entries.map(({ value }) => value).filter(value => findEntry(value, 'else') === undefined);
}

function findDenyingTags(linted: Linted): LintMatch[] {
  return listTagValues(linted)
    .flatMap(listScalarTrees)
    .flatMap(({ value, place }) =>
      findSlots(String(value)).flatMap(({ name = '' }) => {
        const open = linted.trust.find(each => isOftenMissing(each, name) && !isDemanded(each, name));
        if (open === undefined) return [];
        const way =
          linted.role?.template.kind === 'aws'
            ? 'Name a literal for them: { value: …, else: … }, or demand the claim.'
            : 'Demand the claim, or leave it out.';
        const message = `Jobs of ${open.statement.id} without ${name} are denied, since nothing can be filled in. ${way}`;
        return [{ place, message }];
      }),
    );
}

/** A step without a key, a push without an environment: the role looks right until such a job asks for it. */
export const tagMayDeny: LintRule = {
  rule: 'tag-may-deny',
  level: 'warning',
  says: 'A tag or claim is filled in from a claim that many jobs lack, and those are denied.',
  check: findDenyingTags,
};
