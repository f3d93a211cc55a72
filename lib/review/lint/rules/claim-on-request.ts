import { findEntry, type Tree } from '../../../language/tree.ts';
import { findRequestFlag } from '../../../policy/issuer.ts';
import { findSlots } from '../../../policy/template.ts';
import type { IssuerRow } from '../../../token/issuer.ts';
import { findClaimPlace, type Linted, type LintedStatement, listScalarTrees } from '../linted.ts';
import type { LintRule } from '../rule.ts';

type ClaimUse = { readonly claim: string; readonly place: Tree['place'] };

function listConditionUses(statements: readonly LintedStatement[], issuer: string): ClaimUse[] {
  return statements
    .filter(({ statement }) => statement.issuer === issuer)
    .flatMap(({ statement, tree }) =>
      statement.conditions.map(({ name }) => ({ claim: name, place: findClaimPlace(tree, name) })),
    );
}

function listTemplateUses(linted: Linted): ClaimUse[] {
  return listScalarTrees(linted.role && findEntry(linted.tree, linted.role.template.kind)?.value).flatMap(
    ({ value, place }) =>
      findSlots(String(value)).flatMap(({ name: claim }) => (claim === undefined ? [] : [{ claim, place }])),
  );
}

function listUses(linted: Linted, row: IssuerRow): ClaimUse[] {
  return [
    ...listConditionUses(linted.trust, row.issuer),
    ...listConditionUses(linted.deny, row.issuer),
    ...listTemplateUses(linted),
  ].filter(({ claim }) => findRequestFlag(claim, row) !== undefined);
}

/** Without them a trust statement does not hold, a deny statement strikes, and a template is not filled in. */
export const claimOnRequest: LintRule = {
  rule: 'claim-on-request',
  level: 'note',
  says: 'A role needs claims that a token has only when the step asks for them.',
  check: linted => {
    const rows = new Set(linted.trust.map(({ row }) => row));
    return [...rows].flatMap(row => {
      const uses = listUses(linted, row);
      const asks = new Set(uses.map(({ claim }) => findRequestFlag(claim, row)));
      return uses.slice(0, 1).map(({ place }) => ({
        place,
        message: `Only a step that asks for its token with ${[...asks].join(' ')} gets past this.`,
      }));
    });
  },
};
