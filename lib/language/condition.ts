import { type ClaimType, findClaimType, readClaimPath } from '../policy/claims.ts';
import { type Condition, OPERATORS, type Operator, type Scalar } from '../policy/condition.ts';
import { findPatternFault, MAX_PATTERN, readLiteralPrefix } from '../policy/glob.ts';
import { findVocabularyTypes, type IssuerFacts } from '../policy/issuer.ts';
import type { Complaints, ComplaintsAt } from './complaint.ts';
import { isIntegerText, type Schema } from './shape.ts';
import type { Entry, MapTree, ScalarTree, Tree } from './tree.ts';

/** At most so many operands in one list. */
export const MAX_OPERANDS = 100;
const MAX_VALUE = 2048;

const TAKES_LIST: ReadonlySet<Operator> = new Set(['in', 'not_in', 'contains_any']);

/** One value that a condition compares with, as editors are told of it. */
export const scalarSchema: Schema = {
  type: ['string', 'integer', 'boolean', 'null'],
  maxLength: MAX_VALUE,
  minimum: Number.MIN_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
};

function allowSeveral(items: Schema): Schema {
  return { type: 'array', minItems: 1, maxItems: MAX_OPERANDS, items };
}

function createOperandSchema(operator: Operator): Schema {
  const pattern = { type: 'string', minLength: 1, maxLength: MAX_PATTERN };
  if (operator === 'matches') return { anyOf: [pattern, allowSeveral(pattern)] };
  return TAKES_LIST.has(operator) ? allowSeveral(scalarSchema) : scalarSchema;
}

/** The rule beside a claim. */
export const ruleSchema: Schema = {
  if: { type: 'object' },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: {
    minProperties: 1,
    additionalProperties: false,
    properties: Object.fromEntries(OPERATORS.map(operator => [operator, createOperandSchema(operator)])),
  },
  else: scalarSchema,
};

/** A mapping of claims to rules. The names depend on the issuer. */
export const claimsSchema: Schema = {
  type: 'object',
  minProperties: 1,
  additionalProperties: { $ref: '#/definitions/rule' },
};

/** Finds the fault of a number that two readers may take for two, if there is one. */
export function findNumberFault(tree: ScalarTree): string | undefined {
  return typeof tree.value === 'number' && !isIntegerText(tree.source)
    ? `${tree.source} is not a whole number within ±9007199254740991. Quote it if text is meant.`
    : undefined;
}

function findScalarFault(tree: ScalarTree): string | undefined {
  return typeof tree.value === 'string' && tree.value.length > MAX_VALUE
    ? `The text is longer than ${MAX_VALUE} characters.`
    : findNumberFault(tree);
}

/** The operator that takes a list, for who gave one to its like for one value. */
function suggestListOperator(operator: Operator): string {
  const pair: { readonly [one in Operator]?: Operator } = { contains: 'contains_any', not_equals: 'not_in' };
  return ` For several values write ${pair[operator] ?? 'in'}.`;
}

/** The plain values beside an operator, one or a list as it takes them. */
export function readScalars(
  tree: Tree,
  operator: Operator,
  complaints: Complaints,
): ScalarTree[] | undefined {
  const here = complaints.at(tree);
  const takesList = TAKES_LIST.has(operator);
  const isList = tree.kind === 'list';
  if (tree.kind === 'map' || (operator !== 'matches' && isList !== takesList))
    return here.wrongType(
      `${takesList ? 'a list' : 'one value'} for ${operator}`,
      isList ? suggestListOperator(operator) : '',
    );
  const items = isList ? tree.items : [tree];
  if (items.length === 0)
    return here.say('empty', `${operator} has an empty list. Fill it, or remove the condition.`);
  if (items.length > MAX_OPERANDS)
    return here.tooMany(`${operator} lists ${items.length} values`, MAX_OPERANDS);
  const scalars = items.filter(item => item.kind === 'scalar');
  for (const item of items)
    if (item.kind !== 'scalar') complaints.at(item).wrongType(`plain values for ${operator}`);
  return scalars.length === items.length ? scalars : undefined;
}

/** Refuses an operand that this claim can never hold: such a condition would be dead, or worse, a dead deny. */
function isOfType(operand: Scalar, operator: Operator, types: readonly ClaimType[] | undefined): boolean {
  if (types === undefined || operator === 'contains' || operator === 'contains_any') return true;
  const negated = operator === 'not_equals' || operator === 'not_in';
  return types.includes(findClaimType(operand)) || (negated && operand === null);
}

function isOperatorFor(operator: Operator, types: readonly ClaimType[] | undefined): boolean {
  if (types === undefined) return true;
  if (operator === 'contains' || operator === 'contains_any') return types.includes('array');
  return (
    types.some(type => type !== 'array' && type !== 'object') &&
    (operator !== 'matches' || types.includes('string'))
  );
}

function quoteTypes(types: readonly ClaimType[] = []): string {
  return types.join(' or ');
}

type Claim = {
  readonly name: string;
  readonly path: Condition['path'];
  readonly types: readonly ClaimType[] | undefined;
};

function compileCondition(
  claim: Claim,
  operator: Operator,
  tree: Tree,
  complaints: Complaints,
): Condition | undefined {
  const { name, path, types } = claim;
  if (!isOperatorFor(operator, types))
    return complaints
      .at(tree)
      .say('operand-type', `${operator} can never be met: "${name}" is ${quoteTypes(types)}.`);
  const scalars = readScalars(tree, operator, complaints);
  const operands = scalars?.map(scalar => compileOperand(scalar, operator, claim, complaints.at(scalar)));
  if (!operands?.every(operand => operand !== undefined)) return undefined;
  return { on: 'claim', name, path, operator, operands, binds: false };
}

function compileOperand(
  tree: ScalarTree,
  operator: Operator,
  claim: Claim,
  here: ComplaintsAt,
): Scalar | undefined {
  const { value, source } = tree;
  const { name, types } = claim;
  const fault = findScalarFault(tree);
  if (fault !== undefined) return here.wrongValue(fault);
  const patternFault = operator === 'matches' ? findOperandFault(value) : undefined;
  if (patternFault !== undefined) return here.say('pattern-refused', patternFault);
  if (isOfType(value, operator, types)) return value;
  const found = typeof value === 'string' ? 'this text' : source;
  const says = `"${name}" is ${quoteTypes(types)} and can never equal ${found}.${suggestQuotes(value, types)}`;
  return here.say('operand-type', says);
}

function findOperandFault(operand: Scalar): string | undefined {
  return typeof operand === 'string' ? findPatternFault(operand) : 'A pattern is text. Put it in quotes.';
}

function suggestQuotes(operand: Scalar, types: readonly ClaimType[] = []): string {
  if (operand === null)
    return ' It is never null: a job that lacks it has no such claim at all, which no rule can ask for.';
  if (typeof operand !== 'string' && types.includes('string')) return ' Put it in quotes.';
  return typeof operand === 'string' && types.includes('number') ? ' Write it without quotes.' : '';
}

/** Where a claim that no token of the issuer has can be added. */
export const OWN_CLAIM_HINT = ' A claim of your own is added under "claims" of its row in broker.yml.';

function findKnownClaim(name: string, facts: IssuerFacts, here: ComplaintsAt): Claim | undefined {
  const path = readClaimPath(name);
  if (path === undefined)
    return here.say('claim-unknown', `"${name}" is not a JSON Pointer of at least two segments (/a/b).`);
  const { vocabulary, issuer } = facts;
  if (name.startsWith('/') || vocabulary === undefined) return { name, path, types: undefined };
  const types = findVocabularyTypes(vocabulary, name);
  if (types) return { name, path, types };
  const known = Object.keys(vocabulary.claims);
  return here.unknownName('claim-unknown', `${issuer} sends no claim`, name, known, OWN_CLAIM_HINT);
}

/** The conditions of one claim: a scalar means equals; a mapping holds operators, all of which must hold. */
function compileRule(entry: Entry, facts: IssuerFacts, complaints: Complaints): Condition[] {
  const { key, value } = entry;
  const claim = findKnownClaim(key, facts, complaints.at(entry));
  if (!claim) return [];
  const here = complaints.at(value);
  if (value.kind === 'list') here.say('wrong-type', `A list needs an operator: ${key}: { in: […] }.`);
  if (value.kind === 'scalar') return [compileCondition(claim, 'equals', value, complaints) ?? []].flat();
  if (value.kind !== 'map') return [];
  if (value.entries.length === 0) here.say('empty', `"${key}" has no operator.`);
  return value.entries.flatMap(each => {
    const operator = OPERATORS.find(name => name === each.key);
    if (!operator) complaints.at(each).unknownKey(each.key, OPERATORS, 'an operator');
    return (operator && compileCondition(claim, operator, each.value, complaints)) ?? [];
  });
}

/** Does this condition tie the statement to one tenant, by the plain name and a literal? */
function meetsBinding(condition: Condition, binding: IssuerFacts['binding'][number]): boolean {
  const { name, operator, operands } = condition;
  const literal = operands.every(operand => typeof operand === 'string' && operand !== '');
  if (operator === 'equals' || operator === 'in') return literal && binding.anyOf.includes(name);
  return (
    operator === 'matches' &&
    binding.ownerPrefix.includes(name) &&
    operands.every(operand => /^[^/]+\//.test(readLiteralPrefix(String(operand))))
  );
}

/**
 * Compiles a mapping of claims to conditions, each marked with whether it binds the tenant. Used for
 * statements and for the `require` guard of an issuer row.
 */
export function compileClaims(claims: MapTree, facts: IssuerFacts, complaints: Complaints): Condition[] {
  return claims.entries
    .flatMap(entry => compileRule(entry, facts, complaints))
    .map(condition => ({
      ...condition,
      binds: facts.binding.some(binding => meetsBinding(condition, binding)),
    }));
}

/** The demands that these conditions leave unmet. */
export function listUnmetBindings(
  conditions: readonly Condition[],
  facts: IssuerFacts,
): IssuerFacts['binding'] {
  return facts.binding.filter(binding => !conditions.some(condition => meetsBinding(condition, binding)));
}
