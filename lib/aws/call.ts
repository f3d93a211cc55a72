import { type NoteTime, readDate } from '../http/date.ts';
import { type Budget, budget, persist } from '../http/persist.ts';
import { type Headers, NoReply, type Outgoing, type Post, poster, type Reply } from '../http/post.ts';
import { breaker } from './breaker.ts';
import { regionalEndpoint } from './endpoint.ts';
import { type AwsKeys, type Sign, signerFor } from './sign.ts';

/** How AWS is reached. Where there is an `endpoint`, it answers for every service and every region. */
export type AwsSetting = {
  readonly region: string;
  readonly credentials: AwsKeys | (() => Promise<AwsKeys>);
  readonly endpoint?: string;
  /** Stands in for `region` while that is broken, for what answers alike everywhere. */
  readonly secondRegion?: string | undefined;
  /** Seconds since the epoch. */
  readonly now?: () => number;
  /** From 0 to 1, for the pause between attempts. */
  readonly random?: () => number;
  /** Told of the time that AWS's answers have. It decides nothing here. */
  readonly noteTime?: NoteTime;
};

/** What a service says when it says no: a code of its own list, and words. */
export type Fault = { readonly code: string; readonly message: string };

export type Service = {
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
  readonly faultOf: (body: string) => Fault | undefined;
};

/** A call that failed. `passing`: it may go through later; anything else would be said again. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number | undefined;
  readonly passing: boolean;
  /** Nothing of what was asked can have been done: the service refused it, or never got it. */
  undone = false;
  constructor({ code, message }: Fault, status: number | undefined, passing: boolean) {
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

function errorOf({ status, body }: Reply, { faultOf }: Service): AwsError {
  const fault = faultOf(body);
  const { code, message } = fault ?? { code: 'Unknown', message: 'an answer of another kind' };
  // What the service did not write came from something between, such as a proxy that redirects: no refusal of AWS.
  const passing = status >= 500 || status === 429 || status === 408 || !fault || PASSING.test(code);
  const error = new AwsError({ code, message }, status, passing);
  error.undone = fault !== undefined && status < 500;
  return error;
}

function unreached(error: unknown): AwsError {
  // A signature that cannot be made, such as for want of credentials, is told as it is and does not pass by itself.
  const { name, message } = error as Error;
  const unreached = new AwsError({ code: name, message }, undefined, error instanceof NoReply);
  unreached.undone = !(error instanceof NoReply) || error.undone;
  return unreached;
}

function isOutage(error: unknown): boolean {
  return error instanceof AwsError && error.passing && (error.status === undefined || error.status >= 500);
}

/** Where a call goes, and nowhere else, unless to the home region; and what it may still take of a longer undertaking. */
export type Course = { readonly region?: string | undefined; readonly budget?: Budget };

/** Calls one AWS service: the body of its success, or `AwsError`. What is sent again is the same to the letter. */
export type Call = (headers: Headers, body: string, course?: Course) => Promise<string>;

const unsigned: Sign = async ({ headers }) => headers;

export function awsCall(service: Service, setting: AwsSetting): Call {
  const {
    region: home,
    credentials,
    endpoint,
    now = () => Date.now() / 1000,
    random = Math.random,
  } = setting;
  const post: Post = poster(now);
  const passes = (error: unknown): boolean =>
    error instanceof AwsError && error.passing && (service.mayRepeat?.(now()) ?? true);
  const signers = new Map<string, { readonly url: URL; readonly sign: Sign }>();
  const signerIn = (region: string) => {
    const kept = signers.get(region) ?? {
      url: new URL(service.path ?? '', endpoint ?? regionalEndpoint(service.name, region)),
      sign: service.unsigned ? unsigned : signerFor(service.name, region, credentials),
    };
    signers.set(region, kept);
    return kept;
  };
  const once = async (outgoing: Omit<Outgoing, 'url'>, region: string, patience: number): Promise<string> => {
    let reply: Reply;
    try {
      const { url, sign } = signerIn(region);
      const headers = await sign({ url, ...outgoing }, now());
      const sent = now();
      reply = await post({ ...outgoing, url, headers }, patience);
      const reading = readDate(reply.headers, sent, now());
      if (reading) setting.noteTime?.(reading);
    } catch (error) {
      throw unreached(error);
    }
    if (reply.status !== 200) throw errorOf(reply, service);
    return reply.body;
  };
  const atHome = breaker(now, isOutage);
  const second = service.everywhere && setting.secondRegion;
  const anywhere = (outgoing: Omit<Outgoing, 'url'>, patience: number): Promise<string> =>
    second && atHome.isOpen()
      ? once(outgoing, second, patience)
      : atHome.watch(once(outgoing, home, patience));
  return (headers, body, { region, budget: whole = budget(now) } = {}) => {
    const outgoing = { headers, body, ...(service.path === undefined ? {} : { method: 'GET' as const }) };
    const attempt = (patience: number) =>
      region === undefined ? anywhere(outgoing, patience) : once(outgoing, region, patience);
    return persist(attempt, { passes, random, budget: whole });
  };
}
