import { isInRange, readAddress, readRange } from '../policy/cidr.ts';
import type { Condition, Scalar } from '../policy/condition.ts';
import type { Statement } from '../policy/statement.ts';
import { findFacts } from '../review/author/import/issuer.ts';
import { createPattern, type Pattern } from '../review/space/automaton.ts';
import { createClaimCondition, createProbe } from '../review/space/probe.ts';
import { type Dimension, type Point, type Region, type Side, selectPoints } from '../review/space/region.ts';
import type { Box, Demand } from '../review/space/search.ts';
import type { SearchSpace } from '../review/space/space.ts';
import type { Witness } from '../review/space/witness.ts';
import { judgeCondition } from '../review/targets/condition.ts';
import type { TrustCondition } from '../review/targets/trust.ts';
import { type DirectStatement, type DirectTrust, nameOperator, type Reading } from './direct.ts';
import type { AskedValue, SubjectReading } from './subject-form.ts';

function listNumberForms(text: string): readonly Scalar[] {
  return String(Number(text)) === text && Number.isSafeInteger(Number(text)) ? [text, Number(text)] : [text];
}

/** Conditions that name all that a trust policy tells apart, so that a space has its dimensions. */
export function listDimensions(trust: DirectTrust): Statement {
  const conditions = trust.statements.flatMap(({ readings, forms = [] }): Condition[] => [
    ...readings.map(
      ({ claim, condition: { operands } }): Condition =>
        claim === undefined
          ? { on: 'source_ip', name: 'source_ip', path: 'source_ip', operator: 'in', operands, binds: false }
          : createClaimCondition(claim, 'in', operands.flatMap(listNumberForms)),
    ),
    ...forms
      .flat()
      .flatMap(each =>
        [...each.claims, ...each.there].map(([claim, asked]) =>
          createClaimCondition(claim, 'in', 'value' in asked ? [asked.value] : []),
        ),
      ),
  ]);
  return createProbe('dimensions', trust.issuer, conditions);
}

/** How IAM is told of a claim: null is empty text, and so is what a vendor leaves out for it; all else is its text. */
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

function createReadingDemand(reading: Reading, space: SearchSpace): Demand {
  const { claim, condition: of } = reading;
  if (claim === undefined) return { on: space.source, region: describeAddressRegion(of, space.source) };
  const on = space.claims.get(claim) as Dimension;
  return { on, region: describeClaimRegion(of, on, isNullable(claim, space.issuer)) };
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

function createAskedDemand(claim: string, asked: AskedValue, space: SearchSpace): Demand {
  const on = space.claims.get(claim) as Dimension;
  const nullable = isNullable(claim, space.issuer);
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
type DirectBoxes = {
  /** By what it asks, as it stands. */
  readonly plain: Box;
  /** By other claims instead of `sub`: each job in one of these can have a token in `plain`. */
  readonly instead: readonly Box[];
  /** By `sub` with what else is so of tokens that have it: all that a job can really come with. */
  readonly real: readonly { readonly box: Box; readonly odd: boolean }[];
  /** By what it asks, and the claims of which `sub` says something. */
  readonly told: readonly Box[];
};

function createDirectBoxes(statement: DirectStatement, space: SearchSpace): DirectBoxes {
  const { readings, forms } = statement;
  const plain = readings.map(each => createReadingDemand(each, space));
  if (!forms) return { plain, instead: [], real: [{ box: plain, odd: false }], told: [plain] };
  const others = readings.filter(each => each.claim !== 'sub');
  const onlyForms = forms.length === readings.length - others.length;
  const ways = chooseEach(forms);
  const createDemands = (all: readonly SubjectReading['claims'][]): Demand[] =>
    all.flatMap(claims => [...claims].map(([claim, asked]) => createAskedDemand(claim, asked, space)));
  return {
    plain,
    instead: ways
      .filter(way => onlyForms && way.every(each => each.whole))
      .flatMap(way => chooseEach(way.map(each => [each.claims, ...each.shorter])))
      .map(claims => [...others.map(each => createReadingDemand(each, space)), ...createDemands(claims)]),
    real: ways.map(way => ({
      box: [...plain, ...createDemands(way.flatMap(each => [each.claims, each.there]))],
      odd: way.some(each => each.odd),
    })),
    told: ways
      .filter(way => !way.some(each => each.odd))
      .map(way => [...plain, ...createDemands(way.map(each => each.claims))]),
  };
}

/** Whom a trust policy surely lets in, and all whom it might: the same two where nothing is in doubt. */
export type DirectAdmission = {
  readonly allows: readonly DirectBoxes[];
  readonly denies: readonly Box[];
  readonly doubts: readonly string[];
};

/** A trust policy as boxes of one space, which `listDimensions` prepared. */
export function createDirectAdmission(trust: DirectTrust, space: SearchSpace): DirectAdmission {
  const possible = trust.statements.filter(each => !each.nobody);
  const allows = possible.filter(each => each.effect === 'trust' && each.doubts.length === 0);
  const denies = possible.filter(each => each.effect === 'deny');
  const ignoresCase = (statement: DirectStatement): boolean =>
    statement.readings.some(each => nameOperator(each.condition) === 'StringEqualsIgnoreCase');
  // Who may choose another subject meets an Allow by the one and escapes a Deny by the other, but in one token.
  const isDenied = denies.some(each => each.readings.some(reading => reading.claim === 'sub'));
  const boxes = allows.map(each => createDirectBoxes(each, space));
  return {
    allows: isDenied ? boxes.map(each => ({ ...each, instead: [] })) : boxes,
    // What of a Deny could not be read is left out, so that it strikes more.
    denies: denies.map(each => (ignoresCase(each) ? [] : createDirectBoxes(each, space).plain)),
    doubts: possible.flatMap(each => [
      ...each.doubts.map(doubt => `${each.name}: ${doubt}`),
      ...(ignoresCase(each) ? [`${each.name}: upper and lower case`] : []),
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
