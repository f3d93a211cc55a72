import { type Complaint, Complaints, type Rule } from '../../language/complaint.ts';
import { compileStatement } from '../../language/statement.ts';
import { findEntry, listItems, type MapTree, type Tree } from '../../language/tree.ts';
import type { Condition, Scalar } from '../../policy/condition.ts';
import { findVocabularyTypes, type IssuerFacts } from '../../policy/issuer.ts';
import type { Statement } from '../../policy/statement.ts';
import { findClaimPlace } from './linted.ts';
import type { LintFinding, LintLevel } from './rule.ts';

type DialectDifference = { readonly level: LintLevel; readonly there: string; readonly here: string };

/**
 * Each way in which a policy may read otherwise on the page of a Buildkite registry than here. An error is one that the
 * page does not take, or that would let nothing in or everybody. docs/reference/lint.md has a row for each.
 * https://buildkite.com/docs/package-registries/security/oidc
 */
export const DIALECT = {
  'dialect-form': {
    level: 'error',
    there: 'The page takes a list of statements, each with iss, scopes and claims.',
    here: 'A role has that list under trust.',
  },
  'dialect-issuer': {
    level: 'error',
    there: 'The page takes tokens of Buildkite, GitHub Actions and CircleCI.',
    here: 'Any issuer of broker.yml is taken.',
  },
  'dialect-own-key': {
    level: 'error',
    there: 'The page knows iss, scopes and claims, so this would not hold anybody back.',
    here: 'Statements have id, until and request too.',
  },
  'dialect-own-operator': {
    level: 'error',
    there: 'The page knows equals, not_equals, in, not_in and matches.',
    here: 'There are contains and contains_any too.',
  },
  'dialect-scope': {
    level: 'error',
    there: 'The scopes of a registry are read_packages, write_packages and delete_packages.',
    here: 'A role has scopes of its own.',
  },
  'dialect-no-scopes': {
    level: 'warning',
    there: 'Each statement must have scopes; one without any used to read and write.',
    here: 'Only the flat form may be without.',
  },
  'dialect-flat': {
    level: 'warning',
    there: 'The flat form is no longer documented. Put the claims under claims.',
    here: 'It is taken, and compares for equality.',
  },
  'dialect-tenant': {
    level: 'warning',
    there: 'Without an organization or an owner this lets in every customer of the CI service.',
    here: 'It is refused.',
  },
  'dialect-pattern-on-null': {
    level: 'warning',
    there: 'matches is ignored where the claim is null, so null is let in.',
    here: 'Null matches no pattern. Say not_equals: null beside it.',
  },
  'dialect-not-on-null': {
    level: 'warning',
    there: 'It is not said what a negation does with null; null is other than the value, and so let in.',
    here: 'It is in doubt, which lets nobody in. Say not_equals: null beside it.',
  },
  'dialect-null': {
    level: 'note',
    there: 'A claim that is absent does not match, not even null.',
    here: 'An absent build_tag or step_key is read as null.',
  },
  'dialect-claim': {
    level: 'warning',
    there: 'A statement with a claim that the issuer does not send lets nobody in.',
    here: 'It is refused.',
  },
  'dialect-type': {
    level: 'warning',
    there: 'A value of a type that the claim never has is never equal.',
    here: 'It is refused.',
  },
  'dialect-value': {
    level: 'warning',
    there: 'Numbers may have a fraction, and no greatest length of a text is said.',
    here: 'Numbers are whole, and a text has at most 2048 characters; anything else is refused.',
  },
  'dialect-pattern': {
    level: 'warning',
    there: 'Of patterns * and ? are described; it is not said what this means.',
    here: 'It is refused.',
  },
  'dialect-empty': {
    level: 'warning',
    there: 'It is not said what is let in by what is empty.',
    here: 'It is refused.',
  },
} as const satisfies { readonly [rule: string]: DialectDifference };

export type DialectRule = keyof typeof DIALECT;

/** Complaints of ours about what is read there in some way. */
const READ_THERE: { readonly [rule in Rule]?: DialectRule } = {
  'issuer-unknown': 'dialect-issuer',
  'binding-missing': 'dialect-tenant',
  'claim-unknown': 'dialect-claim',
  'operand-type': 'dialect-type',
  'wrong-value': 'dialect-value',
  'pattern-refused': 'dialect-pattern',
  empty: 'dialect-empty',
};

const SCOPES: readonly Scalar[] = ['read_packages', 'write_packages', 'delete_packages'];
const OWN_KEYS = ['id', 'until', 'request'];
const OWN_OPERATORS = ['contains', 'contains_any'];

function createDialectFinding(rule: DialectRule, place: LintFinding['place']): LintFinding {
  const { level, there, here } = DIALECT[rule];
  return { rule, level, place, message: `Buildkite: ${there} kite-sts: ${here}` };
}

/** A complaint as a finding. What both refuse is told as a broker tells it. */
function convertComplaint(complaint: Complaint): LintFinding {
  const { rule, place, message } = complaint;
  const there = READ_THERE[rule];
  return there ? createDialectFinding(there, place) : { rule, level: 'error', place, message };
}

function lintScopes(tree: MapTree): LintFinding[] {
  const scopes = findEntry(tree, 'scopes')?.value;
  if (!scopes) return [createDialectFinding('dialect-no-scopes', tree.place)];
  const items = listItems(scopes);
  return items
    .filter(item => item.kind === 'scalar' && !SCOPES.includes(item.value))
    .map(({ place }) => createDialectFinding('dialect-scope', place));
}

function lintKeys(tree: MapTree): LintFinding[] {
  return tree.entries
    .filter(({ key }) => OWN_KEYS.includes(key))
    .map(({ place }) => createDialectFinding('dialect-own-key', place));
}

/** Does the condition keep null out there too? */
function isNullRefused(condition: Condition): boolean {
  const { operator, operands } = condition;
  if (operator === 'equals' || operator === 'in') return !operands.includes(null);
  return (operator === 'not_equals' || operator === 'not_in') && operands.includes(null);
}

function findConditionRules(
  condition: Condition,
  all: readonly Condition[],
  facts: IssuerFacts,
): DialectRule[] {
  const { name, operator, operands } = condition;
  if (OWN_OPERATORS.includes(operator)) return ['dialect-own-operator'];
  const asks = operands.includes(null);
  const wantsNull = asks && (operator === 'equals' || operator === 'in');
  if (wantsNull && facts.nullable.includes(name)) return ['dialect-null'];
  const types = facts.vocabulary ? findVocabularyTypes(facts.vocabulary, name) : undefined;
  const kept = all.some(each => each.name === name && isNullRefused(each));
  if (!types?.includes('null') || kept || asks) return [];
  if (operator === 'matches') return ['dialect-pattern-on-null'];
  return operator === 'not_equals' || operator === 'not_in' ? ['dialect-not-on-null'] : [];
}

function lintStatement(statement: Statement, tree: MapTree, facts: IssuerFacts): LintFinding[] {
  const ofClaims = statement.conditions.filter(({ on }) => on === 'claim');
  const rules = ofClaims.flatMap(each =>
    findConditionRules(each, ofClaims, facts).map(rule =>
      createDialectFinding(rule, findClaimPlace(tree, each.name)),
    ),
  );
  return [...(statement.flat ? [createDialectFinding('dialect-flat', tree.place)] : []), ...rules];
}

type DialectIssuers = ReadonlyMap<string, IssuerFacts>;

function lintItem(tree: Tree, index: number, issuers: DialectIssuers): LintFinding[] {
  if (tree.kind !== 'map') return [createDialectFinding('dialect-form', tree.place)];
  const complaints = new Complaints();
  const statement = compileStatement(tree, { effect: 'trust', index, issuers }, complaints);
  const facts = statement && issuers.get(statement.issuer);
  return [
    ...complaints.all.map(convertComplaint),
    ...lintScopes(tree),
    ...lintKeys(tree),
    ...(statement && facts ? lintStatement(statement, tree, facts) : []),
  ];
}

/**
 * Every place where a policy that is meant for the page of a Buildkite registry would be refused there, or read
 * otherwise than here. `issuers` are those that the page takes.
 */
export function lintDialect(tree: Tree, issuers: DialectIssuers): LintFinding[] {
  if (tree.kind !== 'list') return [createDialectFinding('dialect-form', tree.place)];
  if (tree.items.length === 0) return [createDialectFinding('dialect-empty', tree.place)];
  return tree.items
    .flatMap((item, index) => lintItem(item, index, issuers))
    .toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);
}
