import type { ClaimHint } from './errors.ts';
import type { Reached, Refused, RegistryRefused } from './outcome.ts';
import { findClaim, findClaimType, readClaimPath } from './policy/claims.ts';
import type { CheckedCondition } from './policy/condition.ts';
import { findRequestFlag } from './policy/issuer.ts';
import { findKnowingStatement } from './policy/trace.ts';
import type { UnusableClaim } from './policy/usable.ts';
import type { VerifiedToken } from './policy/verified-token.ts';
import type { IssuerRow } from './token/issuer.ts';

/** Characters of a value that are told. */
const SHOWN = 128;

/** At most 128 characters of printable ASCII; the rest is escaped, so that a log cannot be written into. */
function showValue(value: unknown): string | undefined {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return undefined;
  const escaped = value.replace(/[^\x20-\x7e]/gu, each => `\\u{${(each.codePointAt(0) ?? 0).toString(16)}}`);
  return escaped.length > SHOWN ? `${escaped.slice(0, SHOWN - 3)}...` : escaped;
}

function createHint({ condition, actual, why }: CheckedCondition, row: IssuerRow | undefined): ClaimHint {
  const value = actual === undefined ? undefined : showValue(actual);
  const add = why === 'absent' ? findRequestFlag(condition.name, row) : undefined;
  return {
    claim: condition.name,
    why: why === 'absent' || why === 'differs' ? why : 'wrong_type',
    ...(value === undefined ? {} : { value }),
    ...(add === undefined ? {} : { add }),
  };
}

/** A claim that the token should have, and how to ask for it. */
function createAbsentHint(claim: string, row: IssuerRow | undefined): ClaimHint {
  const add = findRequestFlag(claim, row);
  return { claim, why: 'absent', ...(add === undefined ? {} : { add }) };
}

/** The conditions that were not true. */
export function listUnmet(conditions: readonly CheckedCondition[] | undefined): readonly CheckedCondition[] {
  return (conditions ?? []).filter(({ truth }) => truth !== 'true');
}

/** One hint a claim and reason, however many operators stood on it. */
function removeDoubles(hints: readonly ClaimHint[]): ClaimHint[] {
  return [...new Map(hints.map(each => [`${each.claim} ${each.why}`, each])).values()];
}

/** Which of the caller's own claims stood in the way, as the nearest statement that knows the caller has it (policy.md). */
export function listHints(reached: Reached, reason: Refused | RegistryRefused): ClaimHint[] {
  const { decision, row, token, missingId } = reached;
  const knowing = decision && findKnowingStatement(decision.trace);
  if (knowing && missingId !== undefined && reason === 'caller_switched_off')
    return [createAbsentHint(missingId, row)];
  if (!knowing || !decision || decision.allowed) return [];
  if (reason === 'no_statement_holds')
    return removeDoubles(listUnmet(knowing.conditions).map(each => createHint(each, row)));
  if (reason === 'audience_differs')
    return [{ claim: 'aud', why: 'differs', value: showValue(token?.audience) ?? '' }];
  return 'unusable' in decision && decision.unusable
    ? [createUnusableHint(decision.unusable, token, row)]
    : [];
}

function createUnusableHint(
  { claim, place, character, position }: UnusableClaim,
  token: VerifiedToken | undefined,
  row: IssuerRow | undefined,
): ClaimHint {
  const path = readClaimPath(claim);
  const value = token && path !== undefined ? findClaim(token.claims, path) : undefined;
  const why = value === undefined ? 'absent' : findClaimType(value) === 'string' ? 'unusable' : 'wrong_type';
  const add = value === undefined ? findRequestFlag(claim, row) : undefined;
  const text = showValue(value);
  return {
    claim,
    why,
    ...(text === undefined ? {} : { value: text }),
    ...(add === undefined ? {} : { add }),
    place,
    ...(character === undefined || position === undefined ? {} : { character, position }),
  };
}
