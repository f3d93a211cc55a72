import { BrokerError, CODES, type Code } from '../errors.ts';
import { ROLE_NAME } from '../policy/name.ts';

/** The role that the last segment of a door's path names. */
export function readRoleName(segment: string): string {
  let name = '';
  try {
    name = decodeURIComponent(segment);
  } catch {
    // Bad percent-encoding: no name of a role.
  }
  if (!ROLE_NAME.test(name)) throw new BrokerError('parameter_invalid', { at: 'role' });
  return name;
}

const BY_FAULT = { caller: 400, denied: 403, setup: 403, ours: 503 } as const;

/**
 * The status of a code where the subject token is in `Authorization`: 401 when it is missing or no good (RFC 6750
 * §3.1), 403 when the role says no.
 */
export function findBearerStatus(code: Code): number {
  if (code === 'method_not_allowed') return 405;
  if (code === 'rate_limited') return 429;
  if (code === 'parameter_missing') return 401;
  const { fault } = CODES[code];
  return fault === 'caller' && code.startsWith('token_') ? 401 : BY_FAULT[fault];
}
