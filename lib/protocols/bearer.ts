import { BrokerError, CODES, type Code } from '../errors.ts';
import type { ExchangeRequest } from '../exchange.ts';
import { ROLE_NAME } from '../policy/name.ts';
import type { KindName } from '../policy/targets.ts';
import type { HttpAnswer, HttpRequest, Voice } from './protocol.ts';
import { describeInOneText, type IssuedAnswer, type RefusedAnswer, writeHeaders } from './words.ts';

/** The role that the last segment of a door's path names. */
function readRoleName(segment: string): string {
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

/** A door that asks for the role its path names, and for one kind of credential. */
export function createPathRequest(
  request: HttpRequest,
  subjectToken: string,
  kind: KindName,
): ExchangeRequest {
  const role = readRoleName(request.path.replace(/^\/\w+\//, ''));
  const rest = { scopes: undefined, seconds: undefined, sessionName: undefined };
  return { subjectToken, access: { role, kinds: [kind], ...rest } };
}

type BearerDoor<T> = {
  readonly method: string;
  readonly write: (issued: T) => object;
  readonly advise?: (code: Code) => string | undefined;
};

/** An answer whose clients show their user one text. */
export function renderBearerAnswer<T extends IssuedAnswer>(
  answer: T | RefusedAnswer,
  voice: Voice,
  door: BearerDoor<T>,
): HttpAnswer {
  const status = answer.kind === 'issued' ? 200 : findBearerStatus(answer.code);
  const body =
    answer.kind === 'issued'
      ? door.write(answer)
      : { code: answer.code, message: describeInOneText(answer, voice, door.advise?.(answer.code)) };
  return {
    status,
    headers: {
      ...writeHeaders(answer, status, 'application/json'),
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...(status === 405 ? { allow: door.method } : {}),
    },
    body: JSON.stringify(body),
  };
}
