import { isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';
import { readDocument } from '../../language/parse.ts';
import { type Claims, findClaim } from '../../policy/claims.ts';
import type { Condition } from '../../policy/condition.ts';
import type { Statement } from '../../policy/statement.ts';
import type { IssuerRow } from '../../token/issuer.ts';
import { CLAIM_KNOWLEDGE } from '../lint/known.ts';
import { writeDocument } from './format.ts';

/** A name that a statement binds, and the claim with the id of the same thing. */
type NamedClaim = { readonly name: string; readonly id: string };
type Pin = NamedClaim & { readonly value: string };

/** Ids to add to a statement, and names of it that this token cannot pin. */
export type Pins = {
  readonly pins: readonly Pin[];
  /** The token was not asked to carry these ids. */
  readonly absent: readonly NamedClaim[];
  /** Names of several things: the token knows the id of one, and with that alone the others would be shut out. */
  readonly several: readonly NamedClaim[];
};

// Ids of every vendor: UUIDs and numbers as text. Whatever else a claim holds is not written into a file.
const ID = /^[\w-]{1,128}$/;

function isSingleValue(condition: Condition): boolean {
  return condition.operator === 'equals' || (condition.operator === 'in' && condition.operands.length === 1);
}

/** Which ids of this token belong beside the names that the statement binds. */
export function findPins(statement: Statement, row: IssuerRow, claims: Claims): Pins {
  const { ids } = CLAIM_KNOWLEDGE[row.preset ?? 'none'];
  const selectConditions = (claim: string): Condition[] =>
    statement.conditions.filter(condition => condition.on === 'claim' && condition.name === claim);
  const named = Object.entries(ids)
    .map(([name, id]) => ({ name, id }))
    .filter(each => selectConditions(each.name).length > 0 && selectConditions(each.id).length === 0);
  const one = named.filter(each => selectConditions(each.name).some(isSingleValue));
  const found = one.map(each => ({ ...each, value: findClaim(claims, each.id) }));
  const pins = found.filter((each): each is Pin => typeof each.value === 'string' && ID.test(each.value));
  return {
    pins,
    absent: one.filter(each => !pins.some(pin => pin.id === each.id)),
    several: named.filter(each => !one.includes(each)),
  };
}

function createKeyTest(name: string) {
  return (pair: Pair): boolean => isScalar(pair.key) && pair.key.value === name;
}

/** The mapping that holds a statement's claims: `claims`, or in the flat form the statement itself. */
function findClaimsMapping(contents: unknown, index: number): YAMLMap | undefined {
  const trust = isMap(contents) ? contents.get('trust') : undefined;
  const statement = isSeq(trust) ? trust.items[index] : undefined;
  if (!isMap(statement)) return undefined;
  const claims = statement.get('claims');
  return isMap(claims) ? claims : statement;
}

/** The role's text with the ids beside the names of its trust statement at `index`. Comments are kept. */
export function writePins(text: string, index: number, pins: readonly Pin[]): string {
  const document = readDocument(text);
  const claims = findClaimsMapping(document?.contents, index);
  if (!document || !claims) return text;
  for (const { name, id, value } of pins)
    claims.items.splice(claims.items.findIndex(createKeyTest(name)) + 1, 0, document.createPair(id, value));
  return writeDocument(document);
}
