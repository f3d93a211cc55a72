import type { Condition } from '../policy/condition.ts';
import type { IssuerFacts } from '../policy/issuer.ts';
import type { Effect, Statement } from '../policy/statement.ts';
import type { Complaints } from './complaint.ts';
import { claimsSchema, compileClaims, listUnmetBindings, scalarSchema } from './condition.ts';
import { suggestWord } from './nearest.ts';
import { compileRequest, requestSchema } from './request.ts';
import {
  list,
  object,
  optional,
  type Placed,
  placed,
  raw,
  required,
  type Schema,
  text,
  time,
} from './shape.ts';
import { findEntry, type MapTree, type Place, type Tree } from './tree.ts';

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
const ISS = placed(text({ max: 512, says: "the issuer, as in the token's iss" }));

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

function compileFlatForm(tree: MapTree, facts: IssuerFacts, complaints: Complaints): Condition[] {
  const claims = tree.entries.filter(({ key }) => !OWN_KEYS.includes(key));
  for (const { key, value } of claims) {
    if (value.kind !== 'scalar')
      complaints
        .at(value)
        .say(
          'statement-form',
          `The flat form compares for equality only. Put "${key}" under claims: to use operators.`,
        );
  }
  const scalars = claims.filter(({ value }) => value.kind === 'scalar');
  return compileClaims({ ...tree, entries: scalars }, facts, complaints);
}

function compileParts(tree: MapTree, facts: IssuerFacts, complaints: Complaints): StatementParts | undefined {
  const claims = findEntry(tree, 'claims');
  const request = findEntry(tree, 'request');
  const siblings = tree.entries.filter(({ key }) => !OWN_KEYS.includes(key));
  if (!claims) {
    for (const name of ['request', 'knowingly']) {
      const beyond = findEntry(tree, name);
      if (beyond)
        complaints
          .at(beyond)
          .say('statement-form', `The flat form has no ${name}. Put the claims under claims:.`);
    }
    if (siblings.length === 0)
      complaints
        .at(tree)
        .say(
          'empty',
          'The statement has no claims, so it would speak of everyone. Name the claims that it wants.',
        );
    return request || siblings.length === 0
      ? undefined
      : { conditions: compileFlatForm(tree, facts, complaints), flat: true };
  }
  for (const { key, place } of siblings) {
    complaints
      .at(place)
      .say(
        'statement-form',
        `"${key}" stands beside claims:. Move it under claims:, or remove it.${suggestWord(key, OWN_KEYS)}`,
      );
  }
  if (claims.value.kind !== 'map' || claims.value.entries.length === 0)
    return complaints
      .at(claims.value)
      .say(claims.value.kind === 'map' ? 'empty' : 'wrong-type', 'Expected a mapping of at least one claim.');
  const source = request ? compileRequest(request.value, complaints) : [];
  return { conditions: [...compileClaims(claims.value, facts, complaints), ...source], flat: false };
}

function checkBindings(
  conditions: Condition[],
  facts: IssuerFacts,
  place: Place,
  complaints: Complaints,
): void {
  for (const { anyOf, ownerPrefix } of listUnmetBindings(conditions, facts)) {
    const pattern =
      ownerPrefix.length > 0 ? `, or ${ownerPrefix.join(' or ')} with a pattern such as "owner/*"` : '';
    complaints
      .at(place)
      .say(
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

/** Compiles one statement, or complains of all that is wrong with it and gives undefined. */
export function compileStatement(
  tree: Tree,
  { effect, index, issuers }: StatementSetting,
  complaints: Complaints,
): Statement | undefined {
  if (tree.kind !== 'map')
    return complaints.at(tree).say('wrong-type', 'A statement is a mapping with iss and claims.');
  const issEntry = findEntry(tree, 'iss');
  if (!issEntry) complaints.at(tree).say('missing-key', '"iss" is required in a statement.');
  const iss = issEntry && ISS.read(issEntry.value, complaints);
  if (!iss) return undefined;
  const facts = issuers.get(iss.value);
  if (!facts)
    return complaints
      .at(iss)
      .say(
        'issuer-unknown',
        `broker.yml lists no issuer "${iss.value}".${suggestWord(iss.value, issuers.keys())} The comparison is exact: no trailing slash, no other case.`,
      );
  const idEntry = findEntry(tree, 'id');
  const scopesEntry = findEntry(tree, 'scopes');
  const parts = compileParts(tree, facts, complaints);
  const id = idEntry ? ID.read(idEntry.value, complaints) : `${effect}[${index}]`;
  const scopes = scopesEntry && scopeList.read(scopesEntry.value, complaints);
  const untilEntry = findEntry(tree, 'until');
  const until = untilEntry && time.read(untilEntry.value, complaints);
  if (scopesEntry && effect === 'deny')
    complaints
      .at(scopesEntry)
      .say('scopes-refused', 'A deny statement denies everything, so it has no scopes.');
  const knowinglyEntry = findEntry(tree, 'knowingly');
  const knowingly = knowinglyEntry && KNOWINGLY.read(knowinglyEntry.value, complaints);
  if (knowinglyEntry && effect === 'deny')
    complaints.at(knowinglyEntry).say('statement-form', 'A deny statement admits nobody. Remove knowingly.');
  if (!parts || id === undefined) return undefined;
  if (effect === 'trust') checkBindings(parts.conditions, facts, tree.place, complaints);
  return {
    id,
    effect,
    issuer: iss.value,
    ...parts,
    scopes,
    until,
    ...(knowingly ? { knowingly } : {}),
  };
}

/** Compiles the list under `trust:` or `deny:`. */
export function compileStatementList(
  tree: Tree,
  effect: Effect,
  issuers: ReadonlyMap<string, IssuerFacts>,
  complaints: Complaints,
): Placed<Statement>[] {
  if (tree.kind !== 'list') {
    complaints.at(tree).say('wrong-type', `${effect} is a list of statements: each begins with "- iss: …".`);
    return [];
  }
  if (tree.items.length === 0)
    complaints
      .at(tree)
      .say(
        'empty',
        effect === 'trust'
          ? 'trust is empty, so nobody could have this role.'
          : 'deny is empty. Leave the key out.',
      );
  return tree.items.flatMap((item, index) => {
    const value = compileStatement(item, { effect, index, issuers }, complaints);
    return value ? { value, place: item.place } : [];
  });
}
