import type { VerifiedToken } from '../token/verify.ts';
import type { Context } from './decide.ts';
import type { Registry } from './registry.ts';
import type { Trace } from './trace.ts';
import { type TrustReason, weigh } from './trust.ts';

/** Why a token may not use a method of a registry. */
export type MethodReason = TrustReason | 'method_not_listed' | 'method_beyond_grant';

export type MethodAllow = {
  readonly allowed: true;
  readonly statement: string;
  /** All scopes of the statement, for what stands behind. */
  readonly scopes: readonly string[];
  readonly trace: Trace;
};
export type MethodDeny = {
  readonly allowed: false;
  readonly reason: MethodReason;
  /** The statement that denied, or the one that would have to grant more. */
  readonly statement: string | undefined;
  /** The scope that the method needs, where it is the reason. */
  readonly about: string | undefined;
  readonly trace: Trace;
};
export type MethodDecision = MethodAllow | MethodDeny;

/**
 * May this token use this method of the registry? Pure and total. The first trust statement that holds speaks for
 * the token, and its scopes alone decide by method; a later statement with more scopes is never tried.
 */
export const decideMethod = (
  registry: Registry,
  token: VerifiedToken,
  method: string,
  context: Context,
): MethodDecision => {
  // Nothing lives on after the request, so a statement holds up to its very end.
  const weighed = weigh(registry, token, { context, least: 0 });
  const { trace, winner } = weighed;
  const deny = (reason: MethodReason, statement: string | undefined, about?: string): MethodDeny => ({
    allowed: false,
    reason,
    statement,
    about,
    trace,
  });
  if (!winner) return deny(weighed.reason, weighed.statement);
  const needed = Object.hasOwn(registry.methods, method) ? registry.methods[method] : undefined;
  if (needed === undefined) return deny('method_not_listed', winner.id);
  const scopes = winner.scopes ?? [];
  if (!scopes.includes(needed)) return deny('method_beyond_grant', winner.id, needed);
  return { allowed: true, statement: winner.id, scopes, trace };
};
