import { type ClaimType, findClaimType, readClaimPath } from '../policy/claims.ts';
import { type Condition, OPERATORS, type Operator, type Scalar } from '../policy/condition.ts';
import { findPatternFault, MAX_PATTERN, readLiteralPrefix } from '../policy/glob.ts';
import { findVocabularyTypes, type IssuerFacts } from '../policy/issuer.ts';
import type { Complaints } from './complaint.ts';
import { suggestWord } from './nearest.ts';
import { isIntegerText, type Schema } from './shape.ts';
import type { Entry, MapTree, Place, ScalarTree, Tree } from './tree.ts';

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

/** What stands beside a claim. */
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

function compileOperand(tree: ScalarTree, complaints: Complaints): Scalar | undefined {
  const { value, source, place } = tree;
  if (typeof value === 'number' && !isIntegerText(source))
    return complaints
      .at(place)
      .wrongValue(`${source} is not a whole number within ±9007199254740991. Quote it if text is meant.`);
  if (typeof value === 'string' && value.length > MAX_VALUE)
    return complaints.at(place).wrongValue(`The text is longer than ${MAX_VALUE} characters.`);
  return value;
}

/** The plain values beside an operator, one or a list as it takes them. */
export function readScalars(
  tree: Tree,
  operator: Operator,
  complaints: Complaints,
): ScalarTree[] | undefined {
  if (tree.kind === 'map')
    return complaints
      .at(tree)
      .say(
        'wrong-type',
        `${operator} takes ${TAKES_LIST.has(operator) ? 'a list' : 'one value'}, not a mapping.`,
      );
  const asList = tree.kind === 'list';
  if (operator === 'matches' ? false : asList !== TAKES_LIST.has(operator)) {
    const hint = asList
      ? ` For several values write ${operator === 'contains' ? 'contains_any' : operator === 'not_equals' ? 'not_in' : 'in'}.`
      : '';
    return complaints
      .at(tree)
      .say('wrong-type', `${operator} takes ${TAKES_LIST.has(operator) ? 'a list' : 'one value'}.${hint}`);
  }
  const items = asList ? tree.items : [tree];
  if (items.length === 0)
    complaints.at(tree).say('empty', `${operator} has an empty list. Fill it, or remove the condition.`);
  if (items.length > MAX_OPERANDS)
    complaints
      .at(tree)
      .say('too-many', `${operator} lists ${items.length} values; at most ${MAX_OPERANDS} are allowed.`);
  if (items.length === 0 || items.length > MAX_OPERANDS) return undefined;
  const scalars = items.filter(item => item.kind === 'scalar');
  for (const item of items)
    if (item.kind !== 'scalar')
      complaints.at(item).say('wrong-type', `${operator} compares plain values, not lists or mappings.`);
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

type Claim = { readonly name: string; readonly types: readonly ClaimType[] | undefined };

function compileCondition(
  claim: Claim,
  operator: Operator,
  tree: Tree,
  complaints: Complaints,
): Condition | undefined {
  const { name, types } = claim;
  const path = readClaimPath(name);
  if (path === undefined) return undefined;
  if (!isOperatorFor(operator, types))
    return complaints
      .at(tree)
      .say('operand-type', `${operator} can never be met: "${name}" is ${quoteTypes(types)}.`);
  const scalars = readScalars(tree, operator, complaints);
  const operands = scalars?.map(scalar => {
    const operand = compileOperand(scalar, complaints);
    if (operand === undefined) return undefined;
    const fault = operator === 'matches' ? findOperandFault(operand) : undefined;
    if (fault) complaints.at(scalar).say('pattern-refused', fault);
    else if (!isOfType(operand, operator, types))
      complaints
        .at(scalar)
        .say(
          'operand-type',
          `"${name}" is ${quoteTypes(types)} and can never equal ${typeof operand === 'string' ? 'this text' : scalar.source}.${suggestQuotes(operand, types)}`,
        );
    else return operand;
    return undefined;
  });
  if (!operands?.every(operand => operand !== undefined)) return undefined;
  return { on: 'claim', name, path, operator, operands, binds: false };
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

function findKnownClaim(
  name: string,
  place: Place,
  facts: IssuerFacts,
  complaints: Complaints,
): Claim | undefined {
  if (readClaimPath(name) === undefined)
    return complaints
      .at(place)
      .say('claim-unknown', `"${name}" is not a JSON Pointer of at least two segments (/a/b).`);
  if (name.startsWith('/') || facts.vocabulary === undefined) return { name, types: undefined };
  const types = findVocabularyTypes(facts.vocabulary, name);
  if (types) return { name, types };
  const near = suggestWord(name, Object.keys(facts.vocabulary.claims));
  return complaints
    .at(place)
    .say(
      'claim-unknown',
      `${facts.issuer} sends no claim "${name}".${near} A claim of your own is added under "claims" of its row in broker.yml.`,
    );
}

/** The conditions of one claim: a scalar means equals; a mapping holds operators, all of which must hold. */
function compileRule({ key, place, value }: Entry, facts: IssuerFacts, complaints: Complaints): Condition[] {
  const claim = findKnownClaim(key, place, facts, complaints);
  if (!claim) return [];
  if (value.kind === 'list') {
    complaints.at(value).say('wrong-type', `A list needs an operator: ${key}: { in: […] }.`);
    return [];
  }
  if (value.kind === 'scalar')
    return [compileCondition(claim, 'equals', value, complaints)].filter(each => each !== undefined);
  if (value.entries.length === 0) complaints.at(value).say('empty', `"${key}" has no operator.`);
  return value.entries.flatMap(entry => {
    const operator = OPERATORS.find(each => each === entry.key);
    if (!operator)
      complaints
        .at(entry)
        .say(
          'unknown-key',
          `"${entry.key}" is not an operator.${suggestWord(entry.key, OPERATORS) || ` There are ${OPERATORS.join(', ')}.`}`,
        );
    return (operator && compileCondition(claim, operator, entry.value, complaints)) ?? [];
  });
}

/** Does this condition tie the statement to one tenant, by the plain name and a literal? */
function meetsBinding(
  { name, operator, operands }: Condition,
  binding: IssuerFacts['binding'][number],
): boolean {
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
