import type { Config } from '../config/load.ts';
import type { Claims } from '../policy/claims.ts';
import { type Decision, decide } from '../policy/decide.ts';
import { meetsGuard } from '../policy/guard.ts';
import type { MethodAllow, MethodDecision } from '../policy/method.ts';
import { assumeVerified } from '../review/assume.ts';
import { readDecidedRequest, readEventObject, readEventText, readEventTexts } from './recorded.ts';
import { decideAtRegistry, readRecordedRequest } from './registry-request.ts';

/** How a recorded exchange would end now, beside how it ended then. */
export type ReplayTurn = 'same' | 'allowed' | 'denied' | 'scopes' | 'unknown';

/** Decides the request that an event tells of by the configuration at hand; undefined where that knows none of it. */
function decideEvent(event: Claims, claims: Claims, config: Config): Decision | MethodDecision | undefined {
  const { roles, registries, rows } = config;
  const row = rows.get(readEventText(event, 'issuer') ?? '');
  if (!row || !meetsGuard(row, claims)) return undefined;
  const { access, context } = readDecidedRequest(event);
  const registry = registries.find(({ name }) => name === event['registry']);
  if (registry) return decideAtRegistry(registry, claims, readRecordedRequest(event), context);
  const role = roles.find(({ name }) => name === event['role']);
  if (!role) return undefined;
  return decide(role, assumeVerified(claims, role), access, context);
}

// What these turned on is not in the event, or is no matter of the policy.
const NOT_TOLD = [
  'caller_switched_off',
  'issuer_switched_off',
  'key_switched_off',
  'kind_differs',
  'role_switched_off',
  'session_policy_refused',
  'single_use_not_here',
  'token_already_used',
];

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return [...a].sort().join(' ') === [...b].sort().join(' ');
}

/** The scopes that a role or a registry gives. */
export function listAllowedScopes(
  decision: MethodAllow | Extract<Decision, { allowed: true }>,
): readonly string[] {
  return 'grant' in decision ? decision.grant.scopes : decision.scopes;
}

/** Judges how the event's exchange, or its request to a registry, would end by this configuration; undefined where an event says nothing of the policy. */
export function judgeReplay(event: Claims, config: Config): ReplayTurn | undefined {
  const claims = readEventObject(event, 'claims');
  // An exchange that failed says nothing of the policy: its token was not good, or something of ours was broken.
  if (!claims || event['outcome'] === 'failed' || NOT_TOLD.includes(readEventText(event, 'reason') ?? ''))
    return undefined;
  const decision = decideEvent(event, claims, config);
  const then = event['outcome'] === 'issued' || event['outcome'] === 'authorized';
  const scopes = decision?.allowed ? listAllowedScopes(decision) : undefined;
  if (!then && !scopes) return 'same';
  if (then && scopes && isSameSet(readEventTexts(event, 'scopes') ?? [], scopes)) return 'same';
  // A claim that was too long to be kept may be what it turns on, and so may the job, which nobody looked at then.
  const isJobUnknown = decision?.allowed === false && decision.reason === 'job_unknown';
  if (event['claims_omitted'] !== undefined || isJobUnknown) return 'unknown';
  return then && scopes ? 'scopes' : scopes ? 'allowed' : 'denied';
}
