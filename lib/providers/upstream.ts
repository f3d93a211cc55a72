import { BrokerError, type Code } from '../errors.ts';
import {
  createGuardedLookup,
  isPermitted,
  isRefusedLiteral,
  type Resolve,
  resolveAll,
} from '../http/address.ts';
import { type JsonObject, parseJsonObject } from '../http/json.ts';
import { createPoster, NoReply, type OutgoingRequest } from '../http/post.ts';
import type { HeaderMap, HttpReply } from '../http/reply.ts';
import { type Budget, retry, startBudget } from '../http/retry.ts';
import { findWait } from './limited.ts';
import { findMeaning, type Meanings } from './meaning.ts';

/** How clouds other than AWS are reached. */
export type UpstreamSetting = {
  /** Stands before the host of every URL, for tests and the laptop: nothing in a role or the environment can set it. */
  readonly base?: string;
  /** How names are looked up whose addresses are judged. Left out: as the system does. */
  readonly resolve?: Resolve;
  /** Seconds since the epoch. */
  readonly now?: () => number;
  /** From 0 to 1, for the pause between attempts. */
  readonly random?: () => number;
};

/** One call of a cloud. */
export type UpstreamQuestion = {
  /** For the log. */
  readonly name: string;
  /** Host and path: all of it pinned in the code, but for what the reviewed configuration says. */
  readonly to: string;
  /** Whether a private network may be asked, where the host is of broker.yml: then its addresses are judged when connecting. */
  readonly allowPrivate?: boolean;
  /** Left out: POST. */
  readonly method?: OutgoingRequest['method'];
  readonly headers: HeaderMap;
  /** Makes it, where each attempt needs one of its own: a proof that counts once. */
  readonly body: string | (() => Promise<string>);
  /** The meanings of its refusals. */
  readonly meanings: Meanings;
};

/** The JSON of its success. Throws what the cloud's own no means, else `provider_unavailable`. */
export type AskUpstream = (question: UpstreamQuestion, left: Budget) => Promise<JsonObject>;
export type Upstream = { readonly ask: AskUpstream; readonly begin: () => Budget };

type UpstreamFault = { readonly code: string; readonly words: string };

function readSafeText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** OAuth's form of an error (RFC 6749 §5.2), that of Google's and others' APIs, or GitHub's. Undefined when none wrote it. */
function readUpstreamFault({ body }: HttpReply): UpstreamFault | undefined {
  const said = parseJsonObject(body);
  if (typeof said?.['error'] === 'string')
    return { code: said['error'], words: readSafeText(said['error_description']) };
  if (typeof said?.['message'] === 'string' && typeof said['documentation_url'] === 'string')
    return { code: 'message', words: said['message'] };
  const { status, code: written, type, message } = Object(said?.['error']) as JsonObject;
  const code = [status, written, type].find(each => typeof each === 'string');
  return code === undefined ? undefined : { code: readSafeText(code), words: readSafeText(message) };
}

const LONGEST = 300;
/** Words for the log: no line breaks, and nothing as long as a token (threat T54). */
function escapeUpstream(words: string): string {
  return words
    .replace(/[^\x20-\x7e]/g, ' ')
    .replace(/[A-Za-z0-9_-]{41,}/g, '…')
    .slice(0, LONGEST);
}

/** A rate limit ends the asking: another attempt would make it longer. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof BrokerError && error.code === 'provider_unavailable' && error.retryAfter === undefined
  );
}

function createUnavailable(detail: string, cause?: unknown): BrokerError {
  return new BrokerError('provider_unavailable', {
    detail,
    cause,
    undone: cause instanceof NoReply && cause.undone,
  });
}

/** Nothing was done, and another attempt would end in the same way. */
function createFinal(code: Code, detail: string, retryAfter?: number): BrokerError {
  return new BrokerError(code, { detail, undone: true, ...(retryAfter === undefined ? {} : { retryAfter }) });
}

const NO_CONTENT = 204;
function isSuccess({ status }: HttpReply): boolean {
  return [200, 201, NO_CONTENT].includes(status);
}

function createUpstreamFailure(reply: HttpReply, { name, meanings }: UpstreamQuestion): BrokerError {
  const { status } = reply;
  if (status >= 300 && status < 400)
    return createFinal('provider_refused', `${name} ${status}: a redirect, which is not followed`);
  if (status >= 500 || status === 429 || status === 408) return createUnavailable(`${name} ${status}`);
  const fault = readUpstreamFault(reply);
  if (!fault) return createUnavailable(`${name} ${status}: an answer of another kind`);
  const { code, words } = fault;
  const meaning = findMeaning(meanings, `${code} ${words}`);
  const said = `${name} ${status} ${escapeUpstream(code)}: ${escapeUpstream(words)} (${meaning.mend})`;
  return createFinal(meaning.code, said);
}

/** An address that broker.yml may not lead to: nothing was sent there, and no further attempt would find another. */
function refuseAddress(name: string): BrokerError {
  const detail = `${name}: its address is not public (allow_private_network in broker.yml)`;
  return createFinal('broker_misconfigured', detail);
}

/** Asks over HTTPS, with the patience, the attempts and the budget of D08. What is sent again is the same. */
export function createUpstream(setting: UpstreamSetting): Upstream {
  const { base, resolve = resolveAll, now = () => Date.now() / 1000, random = Math.random } = setting;
  const post = createPoster(now);
  const judge = ({ name, allowPrivate }: UpstreamQuestion, url: URL) => {
    if (allowPrivate === undefined || base !== undefined) return undefined;
    const rules = { resolve, isPermitted: (address: string) => isPermitted(address, allowPrivate) };
    if (isRefusedLiteral(url, rules.isPermitted)) throw refuseAddress(name);
    return createGuardedLookup(rules);
  };
  const once = async (question: UpstreamQuestion, patience: number): Promise<HttpReply> => {
    const { name, to, method, headers, body: said } = question;
    const url = new URL(base === undefined ? `https://${to}` : `${base}/${to}`);
    const lookup = judge(question, url);
    const body = typeof said === 'string' ? said : await said();
    try {
      return await post(
        { url, headers, body, lookup, ...(method === undefined ? {} : { method }) },
        patience,
      );
    } catch (error) {
      if ((error as NoReply).name === 'AddressRefused') throw refuseAddress(name);
      throw createUnavailable(`${name} ${(error as Error).name}`, error);
    }
  };
  const ask: AskUpstream = async (question, left) => {
    const attempt = async (patience: number): Promise<HttpReply> => {
      const reply = await once(question, patience);
      const retryAfter = findWait(reply, now());
      if (retryAfter !== undefined)
        throw createFinal(
          'provider_unavailable',
          `${question.name} ${reply.status}: a rate limit, for ${retryAfter} s`,
          retryAfter,
        );
      if (!isSuccess(reply)) throw createUpstreamFailure(reply, question);
      return reply;
    };
    const reply = await retry(attempt, { passes: isPassing, random, budget: left });
    const said = reply.status === NO_CONTENT ? {} : parseJsonObject(reply.body);
    // A success that cannot be read says neither yes nor no. It may hold a token, so nothing of it is kept.
    if (!said) throw createUnavailable(`${question.name} answered what cannot be read`);
    return said;
  };
  return { ask, begin: () => startBudget(now) };
}
