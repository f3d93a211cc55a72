import type { Condition } from '../policy/condition.ts';
import type { IssuerFacts } from '../policy/issuer.ts';
import type { Effect, Statement } from '../policy/statement.ts';
import type { Complaints, ComplaintsAt } from './complaint.ts';
import { claimsSchema, compileClaims, listUnmetBindings, scalarSchema } from './condition.ts';
import { suggestWord } from './nearest.ts';
import { compileRequest, requestSchema } from './request.ts';
import {
  list,
  object,
  optional,
  type Placed,
  raw,
  required,
  type Schema,
  type Shape,
  text,
  time,
} from './shape.ts';
import { type Entry, findEntry, listItems, type MapTree, type Tree } from './tree.ts';

/** At most so many statements in a role's trust and deny together. */
export const MAX_STATEMENTS = 50;

type StatementParts = { conditions: Condition[]; flat: boolean };

const ID = text({
  pattern: /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/,
  says: 'an id of letters, digits, spaces and ._-, at most 64 characters',
});
/** One scope: RFC 6749 §3.3 scope-token, without what would need quoting. */
export const scopeText = text({
  pattern: /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/,
  says: 'a scope of letters, digits and ._:/-',
});
/** Scopes as a file lists them. */
export const scopeList = list(scopeText, 50);
const ISS = text({ max: 512, says: "the issuer, as in the token's iss" });

/** In characters: "ok" is no reason. */
const MIN_REASON = 8;

const KNOWINGLY = object({
  jobs: required(list(text({ max: 64, says: 'the name of a kind of job, such as manual' }), 20)),
  reason: required(text({ min: MIN_REASON, max: 256, says: 'the reason' })),
});

const { properties: OWN } = object({
  iss: required(ISS),
  id: optional(ID),
  until: optional(time),
  scopes: optional(scopeList),
  claims: optional(raw(claimsSchema)),
  request: optional(raw(requestSchema)),
  knowingly: optional(KNOWINGLY),
}).schema as { readonly properties: Schema };
const OWN_KEYS = Object.keys(OWN);
const KNOWN = Object.fromEntries(OWN_KEYS.map(key => [key, true]));

/** One statement, in either form, for editors. */
export const statementSchema: Schema = {
  type: 'object',
  required: ['iss'],
  properties: OWN,
  if: { required: ['claims'] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { additionalProperties: false, properties: KNOWN },
  else: {
    additionalProperties: scalarSchema,
    properties: { ...KNOWN, request: false, knowingly: false },
    minProperties: 2,
  },
};

/** A list of statements. */
export const statementsSchema: Schema = {
  type: 'array',
  minItems: 1,
  maxItems: MAX_STATEMENTS,
  items: { $ref: '#/definitions/statement' },
};

function compileFlatForm(
  tree: MapTree,
  facts: IssuerFacts,
  complaints: Complaints,
): StatementParts | undefined {
  const request = findEntry(tree, 'request');
  for (const entry of [request, findEntry(tree, 'knowingly')])
    if (entry)
      complaints
        .at(entry)
        .say('statement-form', `The flat form has no ${entry.key}. Put the claims under claims:.`);
  const claims = listSiblings(tree);
  if (claims.length === 0)
    return complaints
      .at(tree)
      .say(
        'empty',
        'The statement has no claims, so it would speak of everyone. Name the claims that it wants.',
      );
  if (request) return undefined;
  const scalars = claims.filter(({ value }) => value.kind === 'scalar');
  for (const { key, value } of claims)
    if (value.kind !== 'scalar')
      complaints
        .at(value)
        .say(
          'statement-form',
          `The flat form compares for equality only. Put "${key}" under claims: to use operators.${suggestWord(key, ['claims'])}`,
        );
  return { conditions: compileClaims({ ...tree, entries: scalars }, facts, complaints), flat: true };
}

/** Members that are not a statement's own: claims, in the flat form. */
function listSiblings(tree: MapTree): readonly Entry[] {
  return tree.entries.filter(({ key }) => !OWN_KEYS.includes(key));
}

function compileParts(tree: MapTree, facts: IssuerFacts, complaints: Complaints): StatementParts | undefined {
  const claims = findEntry(tree, 'claims')?.value;
  if (!claims) return compileFlatForm(tree, facts, complaints);
  for (const sibling of listSiblings(tree)) {
    const says = `"${sibling.key}" stands beside claims:. Move it under claims:, or remove it.`;
    complaints.at(sibling).say('statement-form', `${says}${suggestWord(sibling.key, OWN_KEYS)}`);
  }
  const here = complaints.at(claims);
  if (claims.kind !== 'map') return here.wrongType('a mapping of at least one claim');
  if (claims.entries.length === 0) return here.say('empty', 'Expected a mapping of at least one claim.');
  const request = findEntry(tree, 'request')?.value;
  const source = request ? compileRequest(request, complaints) : [];
  return { conditions: [...compileClaims(claims, facts, complaints), ...source], flat: false };
}

function checkBindings(conditions: Condition[], facts: IssuerFacts, here: ComplaintsAt): void {
  for (const { anyOf, ownerPrefix } of listUnmetBindings(conditions, facts)) {
    const pattern =
      ownerPrefix.length > 0 ? `, or ${ownerPrefix.join(' or ')} with a pattern such as "owner/*"` : '';
    here.say(
      'binding-missing',
      `${facts.issuer} signs for every customer of that service, and this statement would admit them all. Bind ${anyOf.join(' or ')} to text with equals or in${pattern}.`,
    );
  }
}

export type StatementSetting = {
  readonly effect: Effect;
  readonly index: number;
  readonly issuers: ReadonlyMap<string, IssuerFacts>;
};

function findIssuerFacts(
  tree: MapTree,
  issuers: StatementSetting['issuers'],
  complaints: Complaints,
): IssuerFacts | undefined {
  const entry = findEntry(tree, 'iss');
  if (!entry) return complaints.at(tree).missingKey('iss', 'in a statement');
  const iss = ISS.read(entry.value, complaints);
  const facts = iss === undefined ? undefined : issuers.get(iss);
  const hint = ' The comparison is exact: no trailing slash, no other case.';
  if (iss !== undefined && !facts)
    complaints
      .at(entry.value)
      .unknownName('issuer-unknown', 'broker.yml lists no issuer', iss, issuers.keys(), hint);
  return facts;
}

/** A deny statement denies everybody everything, so these would say nothing. */
function complainOfDeny(tree: MapTree, complaints: Complaints): void {
  const [scopes, knowingly] = [findEntry(tree, 'scopes'), findEntry(tree, 'knowingly')];
  if (scopes)
    complaints.at(scopes).say('scopes-refused', 'A deny statement denies everything, so it has no scopes.');
  if (knowingly)
    complaints.at(knowingly).say('statement-form', 'A deny statement admits nobody. Remove knowingly.');
}

/** Compiles one statement, or complains of all that is wrong with it and gives undefined. */
export function compileStatement(
  tree: Tree,
  setting: StatementSetting,
  complaints: Complaints,
): Statement | undefined {
  const { effect, index, issuers } = setting;
  if (tree.kind !== 'map')
    return complaints.at(tree).wrongType('a statement, which is a mapping with iss and claims');
  const facts = findIssuerFacts(tree, issuers, complaints);
  if (!facts) return undefined;
  const read = <T>(key: string, shape: Shape<T>): T | undefined => {
    const value = findEntry(tree, key)?.value;
    return value && shape.read(value, complaints);
  };
  const parts = compileParts(tree, facts, complaints);
  const id = findEntry(tree, 'id') ? read('id', ID) : `${effect}[${index}]`;
  const scopes = read('scopes', scopeList);
  const until = read('until', time);
  const knowingly = read('knowingly', KNOWINGLY);
  if (effect === 'deny') complainOfDeny(tree, complaints);
  if (!parts || id === undefined) return undefined;
  if (effect === 'trust') checkBindings(parts.conditions, facts, complaints.at(tree));
  const { issuer } = facts;
  return { id, effect, issuer, ...parts, scopes, until, ...(knowingly ? { knowingly } : {}) };
}

/** Compiles the list under `trust:` or `deny:`. */
export function compileStatementList(
  tree: Tree,
  effect: Effect,
  issuers: ReadonlyMap<string, IssuerFacts>,
  complaints: Complaints,
): Placed<Statement>[] {
  const here = complaints.at(tree);
  if (tree.kind !== 'list') here.wrongType('a list of statements, each of which begins with "- iss: …"');
  const items = listItems(tree);
  if (tree.kind === 'list' && items.length === 0)
    here.say(
      'empty',
      effect === 'trust'
        ? 'trust is empty, so nobody could have this role.'
        : 'deny is empty. Leave the key out.',
    );
  return items.flatMap((item, index) => {
    const value = compileStatement(item, { effect, index, issuers }, complaints);
    return value ? { value, place: item.place } : [];
  });
}
