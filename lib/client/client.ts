import { type Issued, type Refused, readAnswer } from './answer.ts';
import { brokerUrl } from './url.ts';

export type { AwsKeys, Issued, Refused, TokenKind } from './answer.ts';

/** No broker answered: there was no connection, a redirect, which is not followed, or something else than a broker. */
export type Unreachable = {
  readonly outcome: 'unreachable';
  readonly why: 'no_answer' | 'redirected' | 'no_broker';
  /** The status of the answer, or the system's word for what failed, such as ECONNREFUSED. */
  readonly detail: string;
};

/** How an exchange ended, for the caller. */
export type Exchanged = Issued | Refused | Unreachable;

/** What is asked for. */
export type Wish = {
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

/** What an exchange needs of its surroundings, for whoever has others than the usual. */
export type Means = {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Waits this many milliseconds. */
  readonly sleep: (ms: number) => Promise<unknown>;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Seconds since the epoch. */
  readonly now: () => number;
};

const USUAL: Means = {
  fetch: (url, init) => fetch(url, init),
  sleep: ms => new Promise(resolve => setTimeout(resolve, ms)),
  random: () => Math.random(),
  now: () => Date.now() / 1000,
};

/** The client's side of a recovering broker: few attempts, spread over little time (threat model D17). */
const RETRIES = 3;
const WINDOW_SECONDS = 20;
/** What is wrong with TLS or with the proxy is as wrong in a moment. */
const LASTING =
  /^(ANSWER_TOO_LONG|CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME|ERR_TLS|ERR_SSL|PROXY_NOT_HTTP|PROXY_4)/;

type Said = { readonly exchanged: Exchanged; readonly status: number; readonly retryAfter: number };

function formOf(wish: Wish, token: string): URLSearchParams {
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    subject_token: token,
    audience: wish.role,
  });
  if (wish.scope !== undefined) form.set('scope', wish.scope);
  if (wish.expiresIn !== undefined) form.set('expires_in', String(wish.expiresIn));
  return form;
}

function unreachable(why: Unreachable['why'], detail: unknown): Unreachable {
  return {
    outcome: 'unreachable',
    why,
    detail: String(detail),
  };
}

function reason(error: unknown): unknown {
  const { name, cause } = error as Error;
  return (cause as { readonly code?: unknown } | undefined)?.code ?? name;
}

/** Characters of an answer: more than any of a broker. */
const MAX_ANSWER = 256 * 1024;

async function readText({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_ANSWER) throw new Error('too long', { cause: { code: 'ANSWER_TOO_LONG' } });
  }
  return text;
}

async function read(response: Response, now: number): Promise<Said> {
  const { status, type, headers } = response;
  const redirected = type === 'opaqueredirect' || (status >= 300 && status < 400);
  const exchanged = redirected
    ? unreachable('redirected', status)
    : (readAnswer(status, await readText(response), now) ?? unreachable('no_broker', status));
  return { exchanged, status, retryAfter: Number(headers.get('retry-after') ?? 0) || 0 };
}

/** Milliseconds for one attempt: half of the window, so that a broker that hangs once is asked again. */
function limitAttempt(wish: Wish, left: number): number {
  const half = (wish.timeout ?? WINDOW_SECONDS) / 2;
  return Math.ceil(Math.max(0.5, Math.min(half, left)) * 1000);
}

/** One exchange, whose attempts have one key and end at one time. */
type Run = { readonly key: string; readonly until: number; readonly means: Means };

async function ask(wish: Wish, { key, until, means }: Run): Promise<Said> {
  const { fetch, now } = means;
  const url = `${brokerUrl(wish.broker)}/token`;
  const { subjectToken: given } = wish;
  const body = formOf(wish, typeof given === 'string' ? given : await given());
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { accept: 'application/json', 'idempotency-key': key },
      body,
      // Whoever can redirect a broker's name must not be handed the token.
      redirect: 'manual',
      signal: AbortSignal.timeout(limitAttempt(wish, until - now())),
    });
    return await read(response, now());
  } catch (error) {
    return { exchanged: unreachable('no_answer', reason(error)), status: 0, retryAfter: 0 };
  }
}

/** Seconds until the next attempt, or undefined when another one would be told the same. */
function pause({ exchanged, status, retryAfter }: Said, attempt: number, random: number): number | undefined {
  if (status !== 0 && status !== 429 && status < 500) return undefined;
  if (exchanged.outcome === 'unreachable' && LASTING.test(exchanged.detail)) return undefined;
  return retryAfter + 0.25 * 2 ** attempt * (1 + random);
}

/** 128 bits that say which attempts are one exchange (draft-ietf-httpapi-idempotency-key-header). */
function idempotencyKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map(byte => byte.toString(16).padStart(2, '0'))
    .join('');
}

/**
 * Trades a subject token for the credential of a role (RFC 8693). A refusal is an answer and never tried
 * again. No connection, 429 and 5xx are: 3 times at most, within `timeout`, as `Retry-After` says, spread
 * by chance. It goes by Node's own `fetch`, and so by a proxy only where Node does (`NODE_USE_ENV_PROXY`). Throws `TypeError` for a URL that no token may be sent to, and what `subjectToken` throws.
 */
export async function exchange(wish: Wish, given: Partial<Means> = {}): Promise<Exchanged> {
  const means = { ...USUAL, ...given };
  const until = means.now() + (wish.timeout ?? WINDOW_SECONDS);
  const key = idempotencyKey();
  for (let attempt = 0; ; attempt++) {
    const said = await ask(wish, { key, until, means });
    const wait = attempt < RETRIES ? pause(said, attempt, means.random()) : undefined;
    if (wait === undefined || means.now() + wait > until) return said.exchanged;
    await means.sleep(wait * 1000);
  }
}
