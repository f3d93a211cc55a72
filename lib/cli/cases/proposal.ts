import { type Claims, type ClaimValue, claimAt } from '../../policy/claims.ts';
import type { Family } from '../../policy/scenarios.ts';
import { familyOf, withFollowing } from '../../policy/scenarios.ts';
import { type Case, type Expected, runCases } from '../../policy/trial.ts';
import type { Witness } from '../../space/witness.ts';
import type { IssuerRow } from '../../token/issuer.ts';
import type { Policy } from './otherwise.ts';

/** A case that could be written: its claims as they would stand in the file, and what the policy says of them. */
export type Proposal = {
  /** All that the case starts from and changes, without what the vendor makes from it. */
  readonly claims: Claims;
  readonly family: Family | undefined;
  readonly method: string | undefined;
  readonly context: Case['context'];
  readonly expected: Expected;
};

/** Where a proposal is made. */
export type Ground = { readonly policy: Policy; readonly rows: ReadonlyMap<string, IssuerRow> };

type Asked = Pick<Proposal, 'claims' | 'family' | 'method' | 'context'>;

const place = { file: '', line: 1, column: 1 };

/** What a policy says of a request, as a case would expect it. */
export const saidOf = (
  policy: Policy,
  rows: Ground['rows'],
  { claims, family, method, context }: Asked,
): Expected => {
  const access = { role: policy.name, scopes: undefined, seconds: undefined, kinds: undefined };
  const whole = family ? withFollowing(family, claims) : claims;
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
};

/** A method for which the scopes of the statement that would speak are enough. */
const methodOf = (policy: Policy, issuer: string): string | undefined => {
  if (!('methods' in policy)) return undefined;
  const scopes = policy.trust.filter(each => each.issuer === issuer).flatMap(each => each.scopes ?? []);
  const [method] =
    Object.entries(policy.methods).find(([, scope]) => scopes.includes(scope)) ?? Object.keys(policy.methods);
  return method;
};

const same = (a: Expected, b: Expected): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * The case that a request makes: on the claims of another case, on those of a plain job, or on its own alone, whichever
 * first shows what it is to show. `other` is the policy that must say otherwise, where there is one.
 */
export const propose = (
  { issuer, audience, claims, sourceAddress, now }: Witness,
  { policy, rows }: Ground,
  { base, other }: { readonly base: Claims; readonly other: Policy | undefined },
): Proposal | undefined => {
  const family = familyOf(rows.get(issuer)?.preset)?.family;
  const own = { iss: issuer, ...(audience === policy.audience ? {} : { aud: audience }), ...claims };
  const method = methodOf(policy, issuer);
  const context = { now: Math.floor(now), sourceAddress };
  const onBase = claimAt(base, 'iss') === issuer ? [{ claims: { ...base, ...own }, family }] : [];
  const onJob = family ? [{ claims: { ...family.usual, ...own }, family }] : [];
  return [...onBase, ...onJob, { claims: own, family: undefined }]
    .map(each => ({ ...each, method, context }))
    .map(asked => ({ ...asked, expected: saidOf(policy, rows, asked) }))
    .find(asked => (other ? !same(asked.expected, saidOf(other, rows, asked)) : 'allow' in asked.expected));
};

/** What one set of claims has otherwise than another. */
export const changed = (
  from: Claims,
  to: Claims,
): { readonly claims: Claims; readonly without: readonly string[] } => {
  const differs = (value: ClaimValue, name: string): boolean =>
    JSON.stringify(value) !== JSON.stringify(claimAt(from, name));
  return {
    claims: Object.fromEntries(Object.entries(to).filter(([name, value]) => differs(value, name))),
    without: Object.keys(from).filter(name => !Object.hasOwn(to, name)),
  };
};
