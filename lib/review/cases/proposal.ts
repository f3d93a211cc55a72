import { addFollowingClaims, findFamily, type JobFamily } from '../../jobs/scenarios.ts';
import { type Claims, type ClaimValue, findClaim } from '../../policy/claims.ts';
import { listDemands } from '../../policy/demand.ts';
import type { IssuerRow } from '../../token/issuer.ts';
import { assumeMet } from '../assume.ts';
import type { PolicyItem } from '../compare/item.ts';
import type { Witness } from '../space/witness.ts';
import { type Case, type ExpectedDecision, runCases } from './trial.ts';

/** A case that could be written: its claims as they would stand in the file, and what the policy says of them. */
export type Proposal = {
  /** All that the case starts from and changes, without what the vendor makes from it. */
  readonly claims: Claims;
  readonly family: JobFamily | undefined;
  readonly method: string | undefined;
  readonly context: Case['context'];
  /** The session that is asked for; undefined: none. */
  readonly seconds?: number;
  readonly expected: ExpectedDecision;
};

/** Where a proposal is made. */
export type CaseGround = { readonly policy: PolicyItem; readonly rows: ReadonlyMap<string, IssuerRow> };

type CaseRequest = Pick<Proposal, 'claims' | 'family' | 'method' | 'context'>;

const place = { file: '', line: 1, column: 1 };

/** Asks a policy about a request, and gives its decision as a case would expect it. */
export function decideExpected(
  policy: PolicyItem,
  rows: CaseGround['rows'],
  request: CaseRequest,
): ExpectedDecision {
  const { claims, family, method, context } = request;
  const access = { role: policy.name, scopes: undefined, seconds: undefined, kinds: undefined };
  const whole = family ? addFollowingClaims(family, claims) : claims;
  const asked: Case = {
    name: '',
    place,
    claims: whole,
    access,
    method,
    context,
    expected: { deny: 'guard_not_met' },
  };
  const [trial] = runCases(policy, rows, [asked]);
  const { decision } = trial ?? {};
  if (!decision) return { deny: 'guard_not_met' };
  return decision.allowed
    ? { allow: decision.statement, scopes: undefined, seconds: undefined }
    : { deny: decision.reason };
}

/** A method for which the scopes of the statement that would speak are enough. */
function chooseMethod(policy: PolicyItem, issuer: string): string | undefined {
  if (!('methods' in policy)) return undefined;
  const scopes = policy.trust.filter(each => each.issuer === issuer).flatMap(each => each.scopes ?? []);
  const [method] =
    Object.entries(policy.methods).find(([, scope]) => scopes.includes(scope)) ?? Object.keys(policy.methods);
  return method;
}

/** Do two policies say the same of a request? */
export function isSameOutcome(a: ExpectedDecision, b: ExpectedDecision): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * The request with what the policy says of it, if that shows something: that the other says otherwise, or an
 * allowance.
 */
export function proposeCase(
  asked: CaseRequest,
  ground: CaseGround,
  other: PolicyItem | undefined,
): Proposal | undefined {
  const expected = decideExpected(ground.policy, ground.rows, asked);
  const shows = other
    ? !isSameOutcome(expected, decideExpected(other, ground.rows, asked))
    : 'allow' in expected;
  return shows ? { ...asked, expected } : undefined;
}

/** Compares two sets of claims: those that differ, and those that are gone. */
export function compareClaims(
  from: Claims,
  to: Claims,
): { readonly claims: Claims; readonly without: readonly string[] } {
  const differs = (value: ClaimValue, name: string): boolean =>
    JSON.stringify(value) !== JSON.stringify(findClaim(from, name));
  return {
    claims: Object.fromEntries(Object.entries(to).filter(([name, value]) => differs(value, name))),
    without: Object.keys(from).filter(name => !Object.hasOwn(to, name)),
  };
}

type ProposalBase = { readonly base: CaseRequest | undefined; readonly other: PolicyItem | undefined };

/** Takes back as much as possible to what the base has: what a search picked is seldom what a person would. */
function moveNearer(
  proposal: Proposal,
  base: CaseRequest,
  caseGround: CaseGround & Pick<ProposalBase, 'other'>,
): Proposal {
  const { other, ...ground } = caseGround;
  const back = (from: Proposal, asked: Partial<CaseRequest>): Proposal =>
    proposeCase({ ...from, ...asked }, ground, other) ?? from;
  const near = back(proposal, { context: base.context, method: base.method });
  const names = Object.keys(compareClaims(base.claims, proposal.claims).claims);
  return names
    .filter(name => Object.hasOwn(base.claims, name))
    .reduce(
      (from, name) => back(from, { claims: { ...from.claims, [name]: base.claims[name] ?? null } }),
      near,
    );
}

/**
 * The case that a request makes: on the claims of another case, on those of a plain job, or on its own alone, whichever
 * first shows what it is to show. `other` is the policy that must say otherwise, where there is one.
 */
export function proposeFromWitness(
  witness: Witness,
  ground: CaseGround,
  building: ProposalBase,
): { readonly proposal: Proposal; readonly onBase: boolean } | undefined {
  const { issuer, audience, claims, sourceAddress, now } = witness;
  const { base, other } = building;
  const { policy, rows } = ground;
  const family = findFamily(rows.get(issuer)?.preset)?.family;
  const own = { iss: issuer, ...(audience === policy.audience ? {} : { aud: audience }), ...claims };
  const moment = Math.floor(now);
  const demanding = !('methods' in policy) && listDemands(policy, issuer).length > 0;
  const job = demanding ? { job: assumeMet(policy, moment) } : {};
  const rest = { method: chooseMethod(policy, issuer), context: { now: moment, sourceAddress, ...job } };
  const candidates = [
    ...(base ? [{ claims: { ...base.claims, ...own }, family: base.family, onBase: true }] : []),
    ...(family ? [{ claims: { ...family.usual, ...own }, family, onBase: false }] : []),
    { claims: own, family: undefined, onBase: false },
  ];
  for (const { onBase, ...each } of candidates) {
    const proposal = proposeCase({ ...each, ...rest }, ground, other);
    if (proposal && base && onBase)
      return { proposal: moveNearer(proposal, base, { ...ground, other }), onBase };
    if (proposal) return { proposal, onBase };
  }
  return undefined;
}
