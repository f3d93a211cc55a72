import { type IssuedCredential, type RefusedExchange, readAnswer } from './answer.ts';
import { checkBrokerUrl } from './url.ts';

export type { AwsKeys, IssuedCredential, RefusedExchange, TokenKind } from './answer.ts';

/**
 * No broker answered: there was no connection, a redirect, which is not followed, or something else than a broker.
 *
 * @example
 * if (result.outcome === 'unreachable') throw new Error(`no broker: ${result.why} (${result.detail})`);
 */
export type UnreachableBroker = {
  readonly outcome: 'unreachable';
  readonly why: 'no_answer' | 'redirected' | 'no_broker';
  /** The status of the answer, or the system's word for what failed, such as ECONNREFUSED. */
  readonly detail: string;
};

/**
 * How an exchange ended. `outcome` says which of the three it is.
 *
 * @example
 * switch (result.outcome) {
 *   case 'issued':
 *     return result.kind === 'aws' ? result.aws : result.accessToken;
 *   case 'refused':
 *     throw new Error(`${result.code}: ${result.description} (decision ${result.decisionId})`);
 *   case 'unreachable':
 *     throw new Error(`${result.why}: ${result.detail}`);
 * }
 */
export type ExchangeResult = IssuedCredential | RefusedExchange | UnreachableBroker;

/**
 * An exchange: with whom, for which role, and by which token.
 *
 * @example
 * const options: ExchangeOptions = {
 *   broker: 'https://sts.acme.example',
 *   role: 'packages-publish',
 *   subjectToken: process.env.KITE_STS_ID_TOKEN ?? '',
 *   expiresIn: 300,
 * };
 */
export type ExchangeOptions = {
  /** The broker's URL: https, or http on this machine. */
  readonly broker: string;
  readonly role: string;
  /**
   * The token, or what mints one. It is asked anew for each attempt: a role may take each token once, and the
   * answer to a lost attempt is lost with it.
   */
  readonly subjectToken: string | (() => Promise<string>);
  /** Scopes with one space between; without it, all that the role grants. */
  readonly scope?: string | undefined;
  /** Seconds that the credential is to last; without it, the role's usual length. */
  readonly expiresIn?: number | undefined;
  /** Seconds in which the broker is to answer, all attempts together; without it, 20. */
  readonly timeout?: number | undefined;
};

/**
 * The client's surroundings, for whoever has others than the usual: a proxy, a test.
 *
 * @example
 * const logged: ClientOptions = {
 *   fetch: (url, init) => {
 *     console.error(`asking ${url}`);
 *     return fetch(url, init);
 *   },
 * };
 * const result = await exchange(options, logged);
 */
export type ClientOptions = {
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Waits this many milliseconds. */
  readonly sleep?: (ms: number) => Promise<unknown>;
  /** From 0 to 1. */
  readonly random?: () => number;
  /** Seconds since the epoch. */
  readonly now?: () => number;
};

const USUAL_CLIENT: Required<ClientOptions> = {
  fetch: (url, init) => fetch(url, init),
  sleep: ms => new Promise(resolve => setTimeout(resolve, ms)),
  random: () => Math.random(),
  now: () => Date.now() / 1000,
};

/** The client's side of a recovering broker: few attempts, spread over little time (threat model D17). */
const RETRIES = 3;
const WINDOW_SECONDS = 20;
/** Faults of TLS or of the proxy, which are the same in a moment. */
const LASTING =
  /^(ANSWER_TOO_LONG|CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME|ERR_TLS|ERR_SSL|PROXY_NOT_HTTP|PROXY_4)/;

type AttemptAnswer = {
  readonly result: ExchangeResult;
  readonly status: number;
  /** Seconds that the broker asks to wait for. */
  readonly retryAfter: number;
};

/** One exchange, whose attempts have one key and end at one time. */
type ExchangeRun = {
  readonly options: ExchangeOptions;
  readonly client: Required<ClientOptions>;
  readonly key: string;
  /** Seconds since the epoch. */
  readonly until: number;
};

function writeExchangeForm(options: ExchangeOptions, token: string): URLSearchParams {
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    subject_token: token,
    audience: options.role,
  });
  if (options.scope !== undefined) form.set('scope', options.scope);
  if (options.expiresIn !== undefined) form.set('expires_in', String(options.expiresIn));
  return form;
}

function createUnreachable(why: UnreachableBroker['why'], detail: unknown): UnreachableBroker {
  return { outcome: 'unreachable', why, detail: String(detail) };
}

/** The system's word for why a request failed. */
function readFailure(error: unknown): unknown {
  const { name, cause } = error as Error;
  return (cause as { readonly code?: unknown } | undefined)?.code ?? name;
}

/** Characters of an answer: more than any of a broker. */
const MAX_ANSWER = 256 * 1024;

async function readAnswerText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_ANSWER) throw new Error('too long', { cause: { code: 'ANSWER_TOO_LONG' } });
  }
  return text;
}

async function readAttemptAnswer(response: Response, now: number): Promise<AttemptAnswer> {
  const { status, type, headers } = response;
  const redirected = type === 'opaqueredirect' || (status >= 300 && status < 400);
  const result = redirected
    ? createUnreachable('redirected', status)
    : (readAnswer(status, await readAnswerText(response), now) ?? createUnreachable('no_broker', status));
  return { result, status, retryAfter: Number(headers.get('retry-after') ?? 0) || 0 };
}

/** Milliseconds for one attempt: half of the window, so that a broker that hangs once is asked again. */
function limitAttempt(timeout = WINDOW_SECONDS, left: number): number {
  return Math.ceil(Math.max(0.5, Math.min(timeout / 2, left)) * 1000);
}

async function sendRequest(run: ExchangeRun): Promise<AttemptAnswer> {
  const { options, client, key, until } = run;
  const { fetch, now } = client;
  const { broker, subjectToken, timeout } = options;
  const url = `${checkBrokerUrl(broker)}/token`;
  const token = typeof subjectToken === 'string' ? subjectToken : await subjectToken();
  const body = writeExchangeForm(options, token);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { accept: 'application/json', 'idempotency-key': key },
      body,
      // Whoever can redirect a broker's name must not be handed the token.
      redirect: 'manual',
      signal: AbortSignal.timeout(limitAttempt(timeout, until - now())),
    });
    return await readAttemptAnswer(response, now());
  } catch (error) {
    return { result: createUnreachable('no_answer', readFailure(error)), status: 0, retryAfter: 0 };
  }
}

/** Seconds until the next attempt, or undefined when another one would be told the same. */
function computePause(answer: AttemptAnswer, attempt: number, random: number): number | undefined {
  const { result, status, retryAfter } = answer;
  if (status !== 0 && status !== 429 && status < 500) return undefined;
  if (result.outcome === 'unreachable' && LASTING.test(result.detail)) return undefined;
  return retryAfter + 0.25 * 2 ** attempt * (1 + random);
}

/** 128 bits that say which attempts are one exchange (draft-ietf-httpapi-idempotency-key-header). */
function createIdempotencyKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map(byte => byte.toString(16).padStart(2, '0'))
    .join('');
}

/**
 * Trades a subject token for the credential of a role (RFC 8693). A refusal is an answer and never tried
 * again. No connection, 429 and 5xx are: 3 times at most, within `timeout`, as `Retry-After` says, spread
 * by chance. It goes by Node's own `fetch`, and so by a proxy only where Node does (`NODE_USE_ENV_PROXY`).
 * Throws `TypeError` for a URL that no token may be sent to, and what `subjectToken` throws.
 *
 * @example
 * import { exchange } from 'kite-sts/client';
 *
 * const result = await exchange({
 *   broker: 'https://sts.acme.example',
 *   role: 'packages-publish',
 *   subjectToken: process.env.KITE_STS_ID_TOKEN ?? '',
 * });
 * if (result.outcome === 'issued' && result.kind !== 'aws') console.log(result.accessToken.length);
 */
export async function exchange(
  options: ExchangeOptions,
  clientOptions: ClientOptions = {},
): Promise<ExchangeResult> {
  const client = { ...USUAL_CLIENT, ...clientOptions };
  const until = client.now() + (options.timeout ?? WINDOW_SECONDS);
  const run = { options, client, key: createIdempotencyKey(), until };
  for (let attempt = 0; ; attempt++) {
    const answer = await sendRequest(run);
    const wait = attempt < RETRIES ? computePause(answer, attempt, client.random()) : undefined;
    if (wait === undefined || client.now() + wait > until) return answer.result;
    await client.sleep(wait * 1000);
  }
}
