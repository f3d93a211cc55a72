import { type AuthenticationParts, checkKillSwitches } from './authenticate.ts';
import { BrokerError } from './errors.ts';
import { deny, type RegistryRefused, type Step } from './outcome.ts';
import { decideOperation, type MethodAllow } from './policy/method.ts';
import type { Registry } from './policy/registry.ts';
import type { VerifiedToken } from './policy/verified-token.ts';
import { isStale, type Journal, readTimeAgain } from './visit.ts';

/** A question that is decided for a subject token in front of a registry. */
export type RegistryQuestion = {
  readonly registry: Registry;
  readonly token: VerifiedToken;
  /** Undefined: the request is none that the registry's kind knows. */
  readonly operation: { readonly needs: readonly string[] } | undefined;
};

export type RegistryParts = Pick<AuthenticationParts, 'switches'> & {
  /** Seconds since the epoch. */
  readonly now: () => number;
};

/** The policy of a registry and the switches, as they are at this time. */
async function decideAt(
  parts: RegistryParts,
  { registry, token, operation }: RegistryQuestion,
  now: number,
  journal: Journal,
): Promise<Step<MethodAllow, RegistryRefused>> {
  const context = { now, sourceAddress: journal.reached.sourceAddress };
  const decide = () => decideOperation(registry, token, operation, context);
  const decision = await journal.time('decide', decide);
  journal.note({ decision });
  if (!decision.allowed) return deny(decision.reason);
  const on = await checkKillSwitches(parts, journal);
  return 'denied' in on ? on : { value: decision };
}

/** Decides, and once more where the time has gone on meanwhile: a process may be frozen at any step (threat T78). */
export async function decideForRegistry(
  parts: RegistryParts,
  question: RegistryQuestion,
  journal: Journal,
): Promise<Step<MethodAllow, RegistryRefused>> {
  const decision = await decideAt(parts, question, journal.reached.at, journal);
  const now = readTimeAgain(parts.now, journal.reached);
  if ('denied' in decision || !isStale(now, journal.reached)) return decision;
  if (question.token.acceptedUntil <= now) throw new BrokerError('token_expired', { at: 'exp' });
  return decideAt(parts, question, now, journal);
}
