import { findEntry } from '../../../language/tree.ts';
import { findClaimPlace, isBinding, type LintedStatement } from '../linted.ts';
import type { LintMatch, LintRule, LintSetting } from '../rule.ts';

/** The guard of the issuer's row in broker.yml. Rows are in the order of the file. */
function findGuardTree(linted: LintedStatement, setting: LintSetting) {
  const rows = findEntry(setting.broker, 'issuers')?.value;
  const tree = rows?.kind === 'list' ? rows.items[setting.issuers.indexOf(linted.row.issuer)] : undefined;
  return tree && findEntry(tree, 'require')?.value;
}

function findUnpinnedNames(linted: LintedStatement, setting: LintSetting): LintMatch[] {
  const { conditions, known, tree, row } = linted;
  const bound = conditions.filter(isBinding).map(({ name }) => name);
  const names = bound.filter(name => Object.hasOwn(known.ids, name));
  if (names.length === 0 || Object.values(known.ids).some(id => bound.includes(id))) return [];
  const guarded = row.require.find(({ name }) => names.includes(name))?.name;
  const guard = guarded === undefined ? undefined : findGuardTree(linted, setting);
  const name = guarded ?? names[0] ?? '';
  return [
    {
      place: guard ? findClaimPlace(guard, name) : findClaimPlace(tree, name),
      message: `${name} is a name, and whoever takes it after you has what you had. Bind ${known.ids[name]} beside it.`,
    },
  ];
}

/** Told once, at the guard, where one binds the tenant: that is the one place to mend it for all roles. */
export const nameNotId: LintRule = {
  rule: 'name-not-id',
  level: 'note',
  says: 'A tenant is bound by its name, and by no id that outlives a renaming.',
  check: ({ trust }, setting) => trust.flatMap(each => findUnpinnedNames(each, setting)),
};
