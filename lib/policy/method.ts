import type { Operation } from './registries/grammar.ts';
import type { Registry } from './registry.ts';
import type { Trace } from './trace.ts';
import { type Context, type TrustReason, weighTrust } from './trust.ts';
import type { VerifiedToken } from './verified-token.ts';

/** Why a token may not use a method of a registry. */
export type MethodReason =
  | TrustReason
  | 'request_not_understood'
  | 'method_not_listed'
  | 'method_beyond_grant';

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
  readonly concerns: string | undefined;
  readonly trace: Trace;
};
export type MethodDecision = MethodAllow | MethodDeny;

/** Finds the part of an operation that the scopes do not reach, if any: a method that is not listed, or one beyond them. */
export function findMissingAccess(
  registry: Pick<Registry, 'methods'>,
  scopes: readonly string[],
  needs: readonly string[],
): Pick<MethodDeny, 'reason' | 'concerns'> | undefined {
  const { methods } = registry;
  for (const method of needs) {
    const needed = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (needed === undefined) return { reason: 'method_not_listed', concerns: undefined };
    if (!scopes.includes(needed)) return { reason: 'method_beyond_grant', concerns: needed };
  }
  return undefined;
}

/**
 * May this token do this at the registry? Pure and total. The first trust statement that holds speaks for the token,
 * and its scopes alone decide, by each method that the operation needs; a later statement with more scopes is never
 * tried. Undefined is what the registry's kind does not know: nobody may do that.
 */
export function decideOperation(
  registry: Registry,
  token: VerifiedToken,
  operation: Pick<Operation, 'needs'> | undefined,
  context: Context,
): MethodDecision {
  // Nothing lives on after the request, so a statement holds up to its very end.
  const finding = weighTrust(registry, token, { context, shortestSession: 0 });
  const { trace, winner } = finding;
  const deny = (reason: MethodReason, statement?: string, concerns?: string): MethodDeny => ({
    allowed: false,
    reason,
    statement,
    concerns,
    trace,
  });
  if (!winner) return deny(finding.reason, finding.statement);
  if (!operation) return deny('request_not_understood', winner.id);
  const scopes = winner.scopes ?? [];
  const lack = findMissingAccess(registry, scopes, operation.needs);
  if (lack) return deny(lack.reason, winner.id, lack.concerns);
  return { allowed: true, statement: winner.id, scopes, trace };
}

/** Decides for a method alone, as a test case names it. */
export function decideMethod(
  registry: Registry,
  token: VerifiedToken,
  method: string,
  context: Context,
): MethodDecision {
  return decideOperation(registry, token, { needs: [method] }, context);
}
