import { isInRange, readAddress, readRange } from '../policy/cidr.ts';
import { readClaimPath } from '../policy/claims.ts';
import type { Condition, Scalar } from '../policy/condition.ts';
import type { Effect, Statement } from '../policy/statement.ts';
import { findFacts } from '../review/author/import/issuer.ts';
import { readConditionKey } from '../review/author/import/keys.ts';
import { createPattern, type Pattern } from '../review/space/automaton.ts';
import { type Dimension, type Point, type Region, type Side, selectPoints } from '../review/space/region.ts';
import type { Box, Demand } from '../review/space/search.ts';
import type { SearchSpace } from '../review/space/space.ts';
import type { Witness } from '../review/space/witness.ts';
import { judgeCondition } from '../review/targets/condition.ts';
import { isActionCovered } from '../review/targets/request.ts';
import type { TrustCondition, TrustStatement } from '../review/targets/trust.ts';
import { findPreset } from '../token/presets.ts';
import type { AskedValue, SubjectReading } from './subject-form.ts';
import { readSubjectForms } from './subject-form.ts';

/**
 * A second reading of a trust policy of AWS, which shares no word with the one that writes the role: it says for which
 * tokens a statement applies, as regions, so that `diff` can hold the two against each other.
 */

/** What one condition asks, before there is a world to say it in. */
type Reading = {
  /** The claim, or undefined where it is about the address. */
  readonly claim: string | undefined;
  readonly condition: TrustCondition;
};

/** One statement of a trust policy, for the tokens of one issuer. */
export type DirectStatement = {
  readonly name: string;
  readonly effect: Effect;
  readonly readings: readonly Reading[];
  /** What `sub` must be, told by other claims: one list for each condition on it. Undefined where that is not known. */
  readonly forms: readonly (readonly SubjectReading[])[] | undefined;
  /** Nobody meets it: what it asks for is in no token. */
  readonly nobody: boolean;
  /** What could not be read. An Allow is then taken to let nobody in by it, and a Deny to strike everybody. */
  readonly doubts: readonly string[];
};

/** Whom a role of AWS lets in by tokens of one issuer. */
export type DirectTrust = { readonly issuer: string; readonly statements: readonly DirectStatement[] };

const WRITTEN = /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/;
const ON_TEXT = ['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike'];

function nameOperator(condition: TrustCondition): string {
  return WRITTEN.exec(condition.operator)?.[2] ?? '';
}

/** A key that no token has: IAM judges the condition as for one that lacks it. */
function isMetWithout(condition: TrustCondition): boolean {
  return judgeCondition(condition, () => ({ values: [] })) === 'true';
}

/** A key that is named by the host of another issuer. */
function isOfAnother(key: string): boolean {
  return /^[a-z0-9.-]+\.[a-z]+(\/[^:]*)?:(aud|sub|azp|oaud)$/i.test(key);
}

type Read = { readonly reading: Reading } | { readonly nobody: true } | { readonly doubt: string } | 'met';

function readTrustCondition(condition: TrustCondition, issuer: string, effect: Effect): Read {
  const { operator, key, operands } = condition;
  const doubt = { doubt: `${operator} on ${key}` };
  if (operands.some(each => each.includes('${'))) return doubt;
  if (key.toLowerCase() === 'aws:sourceip')
    return ['IpAddress', 'NotIpAddress'].includes(operator) && operands.every(each => readRange(each))
      ? { reading: { claim: undefined, condition } }
      : doubt;
  const subject = readConditionKey(key, { host: issuer.slice('https://'.length), facts: findFacts(issuer) });
  if (subject.is === 'never') return isMetWithout(condition) ? 'met' : { nobody: true };
  if (subject.is === 'secure')
    return judgeCondition(condition, () => ({ values: ['true'] })) === 'true' ? 'met' : doubt;
  // Who asks for the session chooses its name, and mints the token for the audience that is wanted.
  if (subject.is === 'chosen') return effect === 'trust' ? 'met' : doubt;
  // IAM fills the keys of the issuer that signed the token, and of no other.
  if (subject.is === 'other' && isOfAnother(key)) return isMetWithout(condition) ? 'met' : { nobody: true };
  if (subject.is !== 'claim') return doubt;
  const name = nameOperator(condition);
  if (subject.claim === 'aud') {
    if (effect === 'deny') return doubt;
    const impossible = name === 'StringEquals' && operands.every(each => /[*?]/.test(each));
    return name.includes('Not') ? doubt : impossible ? { nobody: true } : 'met';
  }
  return [...ON_TEXT, 'Null', 'StringEqualsIgnoreCase'].includes(name)
    ? { reading: { claim: subject.claim, condition } }
    : doubt;
}

function listForms(readings: readonly Reading[], issuer: string): DirectStatement['forms'] {
  const lists = readings
    .filter(
      each =>
        each.claim === 'sub' &&
        ['StringEquals', 'StringEqualsIgnoreCase', 'StringLike'].includes(nameOperator(each.condition)),
    )
    .map(({ condition }) => {
      const literal = nameOperator(condition) !== 'StringLike';
      const all = condition.operands.map(text => readSubjectForms(findPreset(issuer), { text, literal }));
      return all.every(each => each !== undefined) ? all.flat() : undefined;
    });
  return lists.length > 0 && lists.every(each => each !== undefined) ? lists : undefined;
}

function readStatement(statement: TrustStatement, issuer: string): DirectStatement {
  const effect: Effect = statement.effect === 'Allow' ? 'trust' : 'deny';
  const all = statement.conditions.map(each => readTrustCondition(each, issuer, effect));
  const readings = all.flatMap(each => (typeof each === 'object' && 'reading' in each ? [each.reading] : []));
  return {
    name: statement.name,
    effect,
    readings,
    forms: listForms(readings, issuer),
    nobody: all.some(each => typeof each === 'object' && 'nobody' in each),
    doubts: all.flatMap(each => (typeof each === 'object' && 'doubt' in each ? [each.doubt] : [])),
  };
}

/** One demand on a claim, or on the address, in IAM's words. */
export type ClaimDemand = {
  readonly claim: string;
  readonly operator: string;
  readonly operands: readonly string[];
};

/** A statement that lets in whoever meets all of these, of a source that is not IAM and sees every claim. */
export function compileReading(
  issuer: string,
  name: string,
  demands: readonly ClaimDemand[],
  doubts: readonly string[],
): DirectStatement {
  const readings = demands.map(({ claim, operator, operands }): Reading => {
    const isAddress = claim === 'aws:SourceIp';
    return { claim: isAddress ? undefined : claim, condition: { operator, key: claim, operands } };
  });
  return { name, effect: 'trust', readings, forms: listForms(readings, issuer), nobody: false, doubts };
}

const PROVIDER = /^arn:aws[a-z-]*:iam::[^:]*:oidc-provider\/([^$]+)$/;

function findProviderIssuer(name: string): string | undefined {
  const host = name === 'accounts.google.com' ? name : PROVIDER.exec(name)?.[1];
  return host === undefined ? undefined : `https://${host}`;
}

const ENTRANCE = 'sts:AssumeRoleWithWebIdentity';

/** The issuers whose tokens a trust policy lets in. */
function listIssuers(statements: readonly TrustStatement[]): string[] {
  const allows = statements.filter(each => each.effect === 'Allow' && isActionCovered(each, ENTRANCE));
  const names = allows.flatMap(each => (each.exceptPrincipals ? [] : each.principals));
  return [
    ...new Set(
      names.flatMap(each => (each.kind === 'Federated' ? (findProviderIssuer(each.name) ?? []) : [])),
    ),
  ];
}

function isAbout(statement: TrustStatement, issuer: string): boolean {
  const { principals, exceptPrincipals, effect } = statement;
  // Whom it means is not told by a token: a Deny of it is taken to strike.
  if (exceptPrincipals) return effect === 'Deny';
  return principals.some(
    ({ kind, name }) =>
      (kind === 'Federated' && findProviderIssuer(name) === issuer) || (effect === 'Deny' && name === '*'),
  );
}

/** Whom a trust policy lets in by tokens, issuer by issuer. */
export function readDirectTrusts(statements: readonly TrustStatement[]): DirectTrust[] {
  return listIssuers(statements).map(issuer => readDirectTrust(statements, issuer));
}

function readDirectTrust(statements: readonly TrustStatement[], issuer: string): DirectTrust {
  const about = statements.filter(each => isActionCovered(each, ENTRANCE) && isAbout(each, issuer));
  return {
    issuer,
    statements: about.map(each => {
      const read = readStatement(each, issuer);
      return each.exceptPrincipals ? { ...read, doubts: [...read.doubts, 'NotPrincipal'] } : read;
    }),
  };
}

function createTextCondition(
  name: string,
  operator: 'in' | 'matches',
  operands: readonly Scalar[],
): Condition {
  return { on: 'claim', name, path: readClaimPath(name) ?? name, operator, operands, binds: false };
}

function listNumberForms(text: string): readonly Scalar[] {
  return String(Number(text)) === text && Number.isSafeInteger(Number(text)) ? [text, Number(text)] : [text];
}

/** Conditions that name all that a trust policy tells apart, so that a world has its dimensions. */
export function listDimensions(trust: DirectTrust): Statement {
  const conditions = trust.statements.flatMap(({ readings, forms = [] }): Condition[] => [
    ...readings.map(
      ({ claim, condition: { operands } }): Condition =>
        claim === undefined
          ? { on: 'source_ip', name: 'source_ip', path: 'source_ip', operator: 'in', operands, binds: false }
          : createTextCondition(claim, 'in', operands.flatMap(listNumberForms)),
    ),
    ...forms
      .flat()
      .flatMap(each =>
        [...each.claims, ...each.there].map(([claim, asked]) =>
          createTextCondition(claim, 'in', 'value' in asked ? [asked.value] : []),
        ),
      ),
  ]);
  return {
    id: 'dimensions',
    effect: 'trust',
    issuer: trust.issuer,
    conditions,
    scopes: undefined,
    until: undefined,
    flat: false,
  };
}

/** What IAM is told of a claim: null is empty text, and so is what a vendor leaves out for it; all else is its text. */
function writeIamValue(point: Point, isNullable: boolean): string | undefined {
  if (point === undefined && !isNullable) return undefined;
  if (point === null || point === undefined) return '';
  return typeof point === 'object' ? 'unknown object' : String(point);
}

function describeTexts(of: TrustCondition): Side<Pattern> {
  const name = nameOperator(of);
  const patterns = of.operands.map(each =>
    createPattern(!name.endsWith('Like') ? each : each.replace(/\*+/g, '*'), !name.endsWith('Like')),
  );
  if (name === 'Null')
    return of.operands.some(each => each.toLowerCase() === 'true') ? { in: [] } : { out: [] };
  return name.includes('Not') ? { out: patterns } : { in: patterns };
}

function isNullable(claim: string, issuer: string): boolean {
  return findFacts(issuer).nullable.includes(claim);
}

function describeClaimRegion(of: TrustCondition, on: Dimension, isNullable: boolean): Region {
  const holds = (point: Point): boolean => {
    const seen = writeIamValue(point, isNullable);
    return judgeCondition(of, () => ({ values: seen === undefined ? [] : [seen] })) === 'true';
  };
  return { points: selectPoints(on, holds).points, texts: describeTexts(of), elements: { in: [] } };
}

function describeAddressRegion(condition: TrustCondition, on: Dimension): Region {
  return selectPoints(on, point => {
    const from = typeof point === 'string' ? readAddress(point) : undefined;
    if (!from) return false;
    const inside = condition.operands.some(each => {
      const block = readRange(each);
      return block !== undefined && isInRange(from, block);
    });
    return inside === (condition.operator === 'IpAddress');
  });
}

function createReadingDemand(reading: Reading, world: SearchSpace): Demand {
  const { claim, condition: of } = reading;
  if (claim === undefined) return { on: world.source, region: describeAddressRegion(of, world.source) };
  const on = world.claims.get(claim) as Dimension;
  return { on, region: describeClaimRegion(of, on, isNullable(claim, world.issuer)) };
}

function isAsked(point: Point, asked: AskedValue, nullable: boolean): boolean {
  if ('absent' in asked) return point === undefined;
  if ('text' in asked) return typeof point === 'string';
  if ('pattern' in asked) return false;
  if (asked.value === null) return point === null || (point === undefined && nullable);
  return typeof point === 'number' && String(point) === asked.value;
}

function describeAskedTexts(asked: AskedValue): Side<Pattern> {
  if ('text' in asked) return { out: [] };
  if ('pattern' in asked) return { in: [createPattern(asked.pattern, false)] };
  return 'value' in asked && asked.value !== null ? { in: [createPattern(asked.value, true)] } : { in: [] };
}

function createAskedDemand(claim: string, asked: AskedValue, world: SearchSpace): Demand {
  const on = world.claims.get(claim) as Dimension;
  const nullable = isNullable(claim, world.issuer);
  const { points } = selectPoints(on, point => isAsked(point, asked, nullable));
  return { on, region: { points, texts: describeAskedTexts(asked), elements: { in: [] } } };
}

/** One of each list. */
function chooseEach<T>([first, ...rest]: readonly (readonly T[])[]): T[][] {
  if (!first) return [[]];
  const tails = chooseEach(rest);
  return first.flatMap(each => tails.map(tail => [each, ...tail]));
}

/** The requests of which a statement speaks, as boxes. */
export type DirectBoxes = {
  readonly name: string;
  /** By what it asks, as it stands. */
  readonly plain: Box;
  /** By other claims instead of `sub`: each job in one of these can have a token in `plain`. */
  readonly instead: readonly Box[];
  /** By `sub` with what else is so of tokens that have it: all that a job can really come with. */
  readonly real: readonly { readonly box: Box; readonly odd: boolean }[];
  /** The same, where only the claims of which `sub` says something are looked at. */
  readonly told: readonly Box[];
};

function createDirectBoxes(statement: DirectStatement, world: SearchSpace): DirectBoxes {
  const { name, readings, forms } = statement;
  const plain = readings.map(each => createReadingDemand(each, world));
  const others = readings.filter(each => each.claim !== 'sub').map(each => createReadingDemand(each, world));
  const onlyForms = forms?.length === readings.filter(each => each.claim === 'sub').length;
  const ways = forms ? chooseEach(forms) : [];
  const demandsOf = (all: readonly SubjectReading['claims'][]): Demand[] =>
    all.flatMap(claims => [...claims].map(([claim, asked]) => createAskedDemand(claim, asked, world)));
  const whole = ways
    .filter(way => onlyForms && way.every(each => each.whole))
    .flatMap(way => chooseEach(way.map(each => [each.claims, ...each.shorter])));
  const real = ways.map(way => ({
    box: [...plain, ...demandsOf(way.flatMap(each => [each.claims, each.there]))],
    odd: way.some(each => each.odd),
  }));
  return {
    name,
    plain,
    instead: whole.map(claims => [...others, ...demandsOf(claims)]),
    real: forms ? real : [{ box: plain, odd: false }],
    told: forms
      ? ways
          .filter(way => !way.some(each => each.odd))
          .map(way => [...plain, ...demandsOf(way.map(each => each.claims))])
      : [plain],
  };
}

/** Whom a trust policy surely lets in, and all whom it might: the same two where nothing is in doubt. */
export type DirectAdmission = {
  readonly allows: readonly DirectBoxes[];
  readonly denies: readonly Box[];
  readonly doubts: readonly string[];
};

/** A trust policy as boxes of one world, which `listDimensions` prepared. */
export function createDirectAdmission(trust: DirectTrust, world: SearchSpace): DirectAdmission {
  const told = trust.statements.filter(each => !each.nobody);
  const allows = told.filter(each => each.effect === 'trust' && each.doubts.length === 0);
  const denies = told.filter(each => each.effect === 'deny');
  const folded = (statement: DirectStatement): boolean =>
    statement.readings.some(each => nameOperator(each.condition) === 'StringEqualsIgnoreCase');
  // Who may choose another subject meets an Allow by the one and escapes a Deny by the other, but in one token.
  const isDenied = denies.some(each => each.readings.some(reading => reading.claim === 'sub'));
  const boxes = allows.map(each => createDirectBoxes(each, world));
  return {
    allows: isDenied ? boxes.map(each => ({ ...each, instead: [] })) : boxes,
    // What of a Deny could not be read is left out, so that it strikes more.
    denies: denies.map(each => (folded(each) ? [] : createDirectBoxes(each, world).plain)),
    doubts: told.flatMap(each => [
      ...each.doubts.map(doubt => `${each.name}: ${doubt}`),
      ...(folded(each) ? [`${each.name}: upper and lower case`] : []),
    ]),
  };
}

function isMet(reading: Reading, witness: Witness): boolean {
  const { claim, condition: of } = reading;
  const seen =
    claim === undefined
      ? witness.sourceAddress
      : writeIamValue(witness.claims[claim], isNullable(claim, witness.issuer));
  if (claim === undefined && seen !== undefined) return true;
  return judgeCondition(of, () => ({ values: seen === undefined ? [] : [seen] })) === 'true';
}

/** Would IAM let this one request in? What of a Deny could not be read is taken to strike. */
export function admitsDirectly(trust: DirectTrust, witness: Witness): boolean {
  const speaks = ({ nobody, readings, doubts, effect }: DirectStatement): boolean =>
    !nobody && (effect === 'deny' || doubts.length === 0) && readings.every(each => isMet(each, witness));
  const spoken = trust.statements.filter(speaks).map(each => each.effect);
  return spoken.includes('trust') && !spoken.includes('deny');
}
