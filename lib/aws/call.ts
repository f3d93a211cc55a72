import { type NoteTime, readDate } from '../http/date.ts';
import { createPoster, NoReply, type OutgoingRequest, type Post } from '../http/post.ts';
import type { HeaderMap, HttpReply } from '../http/reply.ts';
import { type Budget, retry, startBudget } from '../http/retry.ts';
import { createBreaker } from './breaker.ts';
import { findRegionalEndpoint } from './endpoint.ts';
import { type AwsAccessKey, createRequestSigner, type SignRequest } from './sign.ts';

/** How AWS is reached. Where there is an `endpoint`, it answers for every service and every region. */
export type AwsSetting = {
  readonly region: string;
  readonly credentials: AwsAccessKey | (() => Promise<AwsAccessKey>);
  readonly endpoint?: string;
  /** Stands in for `region` while that is broken, for what answers alike everywhere. */
  readonly secondRegion?: string | undefined;
  /** Seconds since the epoch. */
  readonly now?: () => number;
  /** From 0 to 1, for the pause between attempts. */
  readonly random?: () => number;
  /** How it is sent. Left out: over connections of its own. */
  readonly post?: Post;
  /** Told of the time that AWS's answers have. It decides nothing here. */
  readonly noteTime?: NoteTime;
};

/** The words of a service that says no: a code of its own list, and words. */
export type AwsFault = { readonly code: string; readonly message: string };

export type AwsService = {
  /** As it stands in its endpoint and in what is signed: `sts`. */
  readonly name: string;
  /** Where it answers to a GET. Left out: it answers to a POST, at its root. */
  readonly path?: string;
  /** Nothing is signed: what is sent is proof enough. */
  readonly unsigned?: true;
  /** It answers alike in every region: nothing that it is asked for lies in one. */
  readonly everywhere?: true;
  /** Whether a call that failed in passing may be made again, at this time. Left out: it may. */
  readonly mayRepeat?: (now: number) => boolean;
  /** Reads an answer that is no success; undefined when the service did not write it. */
  readonly readFault: (body: string) => AwsFault | undefined;
};

/** A call that failed. `passing`: it may go through later; anything else would be said again. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number | undefined;
  readonly passing: boolean;
  /** Nothing of what was asked can have been done: the service refused it, or never got it. */
  undone = false;
  constructor({ code, message }: AwsFault, status: number | undefined, passing: boolean) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.passing = passing;
  }
}

// What only time can heal, with whatever status it comes: KMS throttles with 400, and STS could not fetch our keys.
const PASSING =
  /^(IDPCommunicationError|Throttling|ThrottledException|TooManyRequests|RequestLimitExceeded|ProvisionedThroughputExceeded|RequestTimeout|ServiceUnavailable|InternalFailure|InternalError|TimeoutError|PriorRequestNotComplete)/;

function createCallError(reply: HttpReply, service: AwsService): AwsError {
  const { status, body } = reply;
  const fault = service.readFault(body);
  const { code, message } = fault ?? { code: 'Unknown', message: 'an answer of another kind' };
  // What the service did not write came from something between, such as a proxy that redirects: no refusal of AWS.
  const passing = status >= 500 || status === 429 || status === 408 || !fault || PASSING.test(code);
  const error = new AwsError({ code, message }, status, passing);
  error.undone = fault !== undefined && status < 500;
  return error;
}

function createUnreachedError(error: unknown): AwsError {
  // A signature that cannot be made, such as for want of credentials, is told as it is and does not pass by itself.
  const { name, message } = error as Error;
  const unreached = new AwsError(
    { code: name, message },
    undefined,
    error instanceof NoReply && error.passing,
  );
  unreached.undone = !(error instanceof NoReply) || error.undone;
  return unreached;
}

function isOutage(error: unknown): boolean {
  return error instanceof AwsError && error.passing && (error.status === undefined || error.status >= 500);
}

/** Where a call goes, and nowhere else, unless to the home region; and what it may still take of a longer undertaking. */
export type CallOptions = { readonly region?: string | undefined; readonly budget?: Budget };

/** Calls one AWS service: the body of its success, or `AwsError`. What is sent again is the same to the letter. */
export type AwsCall = (headers: HeaderMap, body: string, course?: CallOptions) => Promise<string>;

async function leaveUnsigned(request: OutgoingRequest): Promise<HeaderMap> {
  return request.headers;
}

/** A request before it is known in which region it is asked. */
type Question = Omit<OutgoingRequest, 'url'>;

/** Makes one attempt in a region: the body of its success, or `AwsError`. */
type Attempt = (question: Question, region: string, patience: number) => Promise<string>;

/** Creates what finds, for a region, where a service is and what signs for it; each is made once. */
function createSigners(service: AwsService, setting: AwsSetting) {
  const { credentials, endpoint } = setting;
  const signers = new Map<string, { readonly url: URL; readonly sign: SignRequest }>();
  return (region: string) => {
    const signer = signers.get(region) ?? {
      url: new URL(service.path ?? '', endpoint ?? findRegionalEndpoint(service.name, region)),
      sign: service.unsigned ? leaveUnsigned : createRequestSigner(service.name, region, credentials),
    };
    signers.set(region, signer);
    return signer;
  };
}

function createAttempt(service: AwsService, setting: AwsSetting, now: () => number): Attempt {
  const { post = createPoster(now) } = setting;
  const findSigner = createSigners(service, setting);
  const send = async (question: Question, region: string, patience: number): Promise<HttpReply> => {
    const { url, sign } = findSigner(region);
    const headers = await sign({ url, ...question }, now());
    const sent = now();
    const reply = await post({ ...question, url, headers }, patience);
    const reading = setting.noteTime && readDate(reply.headers, sent, now());
    if (reading) setting.noteTime?.(reading);
    return reply;
  };
  return async (question, region, patience) => {
    const reply = await send(question, region, patience).catch((error: unknown) => {
      throw createUnreachedError(error);
    });
    if (reply.status !== 200) throw createCallError(reply, service);
    return reply.body;
  };
}

/** Creates what calls a service of AWS: with a few attempts, and in the second region while the first is broken. */
export function createAwsCall(service: AwsService, setting: AwsSetting): AwsCall {
  const { region: home, now = () => Date.now() / 1000, random = Math.random } = setting;
  const attempt = createAttempt(service, setting, now);
  const isPassing = (error: unknown): boolean =>
    error instanceof AwsError && error.passing && (service.mayRepeat?.(now()) ?? true);
  const homeBreaker = createBreaker(now, isOutage);
  const secondRegion = service.everywhere && setting.secondRegion;
  const attemptAnywhere = (question: Question, patience: number): Promise<string> =>
    secondRegion && homeBreaker.isOpen()
      ? attempt(question, secondRegion, patience)
      : homeBreaker.watch(attempt(question, home, patience));
  return (headers, body, { region, budget: whole = startBudget(now) } = {}) => {
    const question = { headers, body, ...(service.path === undefined ? {} : { method: 'GET' as const }) };
    const attemptThere = (patience: number) =>
      region === undefined ? attemptAnywhere(question, patience) : attempt(question, region, patience);
    return retry(attemptThere, { passes: isPassing, random, budget: whole });
  };
}
