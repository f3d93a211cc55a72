import { type Claims, findClaimType } from '../policy/claims.ts';
import { findVocabularyTypes } from '../policy/issuer.ts';
import type { Role } from '../policy/role.ts';
import { findFacts } from '../review/author/import/issuer.ts';
import { findAdmitting } from '../review/space/admits.ts';
import { createPattern } from '../review/space/automaton.ts';
import { selectPoints } from '../review/space/region.ts';
import type { Box, SearchResult } from '../review/space/search.ts';
import {
  createSearchSpace,
  findAdmission,
  type GuardedPolicy,
  type SearchSpace,
  searchSpace,
} from '../review/space/space.ts';
import { createWitness, type Witness } from '../review/space/witness.ts';
import type { IssuerRow } from '../token/issuer.ts';
import { findPreset } from '../token/presets.ts';
import { admitsDirectly, createDirectAdmission, type DirectAdmission, listDimensions } from './admission.ts';
import type { DirectTrust } from './direct.ts';
import { writeSubjects } from './subject-form.ts';

/** How a role of ours stands to what let jobs in before. */
export type Verdict =
  | { readonly is: 'same' }
  /** `shown`: a request that was let in and is not any more. */
  | { readonly is: 'narrower'; readonly shown: Witness | undefined; readonly why: readonly string[] }
  /** Never handed out: a role that is wider is not written. */
  | { readonly is: 'wider'; readonly shown: Witness | undefined };

type Question = { readonly space: SearchSpace; readonly sample: Claims; readonly confirm: Confirm };

/** The request as it could really come, or that it is none which shows anything. */
type Confirm = (witness: Witness) => Witness | undefined;

const ODD = 'a branch or tag with a colon in its name, which git does not allow, is not let in';

/** Values of a claim that no token of the vendor has: of another type, or empty text where it writes null. */
function listNever(space: SearchSpace): Box[] {
  const { vocabulary } = findFacts(space.issuer);
  return [...space.claims.values()].flatMap((on): Box[] => {
    const types: readonly string[] | undefined = vocabulary && findVocabularyTypes(vocabulary, on.name);
    if (!types) return [];
    const points = selectPoints(
      on,
      point => point !== undefined && !types.includes(findClaimType(point)),
    ).points;
    const elements = types.includes('array') ? { in: [] } : { out: [] };
    const texts = { in: types.includes('null') ? [createPattern('', true)] : [] };
    return [[{ on, region: { points, texts, elements } }]];
  });
}

/** Texts that no vendor sends, which no pattern of ours matches: with a control character, and too long for any. */
function listOdd(space: SearchSpace): Box[] {
  return [...space.claims.values()].map(on => {
    const { points } = selectPoints(on, point => typeof point === 'string');
    return [{ on, region: { points, texts: { in: [] }, elements: { in: [] } } }];
  });
}

/** Searches for a request that the role admits and the trust policy does not. */
function* searchWider(
  standing: GuardedPolicy,
  direct: DirectAdmission,
  space: SearchSpace,
): Generator<SearchResult> {
  const { trust, deny } = findAdmission(space, standing);
  const struck = [...deny.map(each => each.box), ...listNever(space)];
  const allowed = direct.allows.flatMap(each => [each.plain, ...each.instead]);
  for (const { box } of trust) {
    yield searchSpace(space, box, [...struck, ...allowed]);
    for (const denied of direct.denies) yield searchSpace(space, [...box, ...denied], struck);
  }
}

/** Searches for a request that the trust policy admits and the role does not. */
function* searchNarrower(
  standing: GuardedPolicy,
  direct: DirectAdmission,
  space: SearchSpace,
  odd: boolean,
): Generator<SearchResult> {
  const { trust, deny } = findAdmission(space, standing);
  const admitted = trust.map(each => each.box);
  const never = [...direct.denies, ...listNever(space), ...listOdd(space)];
  const ways = direct.allows.flatMap(each => each.real);
  for (const { box } of ways.filter(each => each.odd === odd)) {
    yield searchSpace(space, box, [...never, ...admitted]);
    for (const { box: struck } of deny) yield searchSpace(space, [...box, ...struck], never);
  }
}

type Counterexample = { readonly witness: Witness | undefined } | undefined;

function findFirst(all: Iterable<SearchResult>, question: Question): Counterexample {
  let doubt: Counterexample;
  for (const found of all) {
    if (found === 'none') continue;
    const made = found === 'undecided' ? undefined : createWitness(found, question.space, question.sample);
    const witness = made && question.confirm(made);
    if (witness) return { witness };
    doubt = { witness: undefined };
  }
  return doubt;
}

export type ComparedTrust = {
  readonly role: Role;
  readonly rows: ReadonlyMap<string, IssuerRow>;
  readonly direct: readonly DirectTrust[];
  readonly findSample: (issuer: string) => Claims;
};

function compareIssuer(compared: ComparedTrust, issuer: string): Verdict {
  const row = compared.rows.get(issuer);
  if (!row) return { is: 'narrower', shown: undefined, why: [`no row of broker.yml is for ${issuer}`] };
  const standing = { role: compared.role, row };
  const trust = compared.direct.find(each => each.issuer === issuer) ?? { issuer, statements: [] };
  const statements = [listDimensions(trust)];
  const space = createSearchSpace({ issuer, standings: [standing], statements, from: 0 });
  const direct = createDirectAdmission(trust, space);
  const sample = compared.findSample(issuer);
  const wider = findFirst(searchWider(standing, direct, space), {
    space,
    sample,
    confirm: witness => witness,
  });
  const confirm: Confirm = witness => findReal(witness, { trust, standing, sample });
  const question = { space, sample, confirm };
  if (wider) return { is: 'wider', shown: wider.witness };
  const narrower = findFirst(searchNarrower(standing, direct, space, false), question);
  if (narrower || direct.doubts.length > 0)
    return { is: 'narrower', shown: narrower?.witness, why: direct.doubts };
  const odd = findFirst(searchNarrower(standing, direct, space, true), question);
  return odd ? { is: 'narrower', shown: odd.witness, why: [ODD] } : { is: 'same' };
}

type Sides = { readonly trust: DirectTrust; readonly standing: GuardedPolicy; readonly sample: Claims };

/** With the subject that its other claims give it, where IAM lets that in too and the role does not. */
function findReal(witness: Witness, sides: Sides): Witness | undefined {
  const whole = { ...sides.sample, ...witness.claims };
  const claims = [
    ...writeSubjects(findPreset(witness.issuer), whole).map(sub => ({ ...whole, sub })),
    witness.claims,
  ];
  return claims
    .map(each => ({ ...witness, claims: each }))
    .find(each => admitsDirectly(sides.trust, each) && findAdmitting(sides.standing, each) === undefined);
}

const ORDER: readonly Verdict['is'][] = ['wider', 'narrower', 'same'];

/**
 * Whom a role of ours admits beside whom a trust policy of AWS lets in: exact, for every token of every issuer that
 * either names. What cannot be told counts against the role: it is wider then, or narrower.
 */
export function compareWithTrust(compared: ComparedTrust): Verdict {
  const issuers = new Set([
    ...compared.direct.map(each => each.issuer),
    ...compared.role.trust.map(each => each.issuer),
  ]);
  const verdicts = [...issuers].map(issuer => compareIssuer(compared, issuer));
  const worst = ORDER.find(is => verdicts.some(each => each.is === is));
  return verdicts.find(each => each.is === worst) ?? { is: 'same' };
}
