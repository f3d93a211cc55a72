import { regionalEndpoint } from './endpoint.ts';
import { type Headers, NoReply, type Post, poster, type Reply } from './post.ts';
import { type AwsKeys, type Sign, signerFor } from './sign.ts';

/** How AWS is reached. Where there is an `endpoint`, it answers for every service and every region. */
export type AwsSetting = {
  readonly region: string;
  readonly credentials: AwsKeys | (() => Promise<AwsKeys>);
  readonly endpoint?: string;
  /** Seconds since the epoch. */
  readonly now?: () => number;
  /** From 0 to 1, for the pause between attempts. */
  readonly random?: () => number;
};

/** What a service says when it says no: a code of its own list, and words. */
export type Fault = { readonly code: string; readonly message: string };

export type Service = {
  /** As it stands in its endpoint and in what is signed: `sts`. */
  readonly name: string;
  /** Reads an answer that is no success; undefined when the service did not write it. */
  readonly faultOf: (body: string) => Fault | undefined;
};

/** A call that failed. `passing`: it may go through later; anything else would be said again. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number | undefined;
  readonly passing: boolean;
  constructor({ code, message }: Fault, status: number | undefined, passing: boolean) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.passing = passing;
  }
}

// D08: few attempts, and full jitter between them, so that a step hears of an outage while it can still try again.
const ATTEMPTS = 3;
const PAUSE_MS = 100;

// What only time can heal, with whatever status it comes: KMS throttles with 400.
const PASSING =
  /^(Throttling|ThrottlingException|TooManyRequests|RequestLimitExceeded|RequestTimeout|ServiceUnavailable|InternalFailure|InternalError|TimeoutError|PriorRequestNotComplete)/;

const errorOf = ({ status, body }: Reply, { faultOf }: Service): AwsError => {
  const fault = faultOf(body) ?? { code: 'Unknown', message: 'an answer of another kind' };
  return new AwsError(fault, status, status >= 500 || status === 429 || PASSING.test(fault.code));
};

const unreached = (error: unknown): AwsError => {
  // A signature that cannot be made, such as for want of credentials, is told as it is and does not pass by itself.
  const { name, message } = error as Error;
  return new AwsError({ code: name, message }, undefined, error instanceof NoReply);
};

type Attempt = () => Promise<string>;

const wait = (milliseconds: number): Promise<void> =>
  new Promise(resolve => setTimeout(resolve, milliseconds));

const persist = async (attempt: Attempt, random: () => number): Promise<string> => {
  for (let failed = 1; ; failed++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof AwsError && error.passing) || failed === ATTEMPTS) throw error;
      await wait(random() * PAUSE_MS * 2 ** (failed - 1));
    }
  }
};

/** Calls one AWS service: the body of its success, or `AwsError`. What is sent again is the same to the letter. */
export type Call = (headers: Headers, body: string, region?: string) => Promise<string>;

export const awsCall = (service: Service, setting: AwsSetting): Call => {
  const {
    region: home,
    credentials,
    endpoint,
    now = () => Date.now() / 1000,
    random = Math.random,
  } = setting;
  const post: Post = poster(now);
  const signers = new Map<string, { readonly url: URL; readonly sign: Sign }>();
  const signerIn = (region: string) => {
    const kept = signers.get(region) ?? {
      url: new URL(endpoint ?? regionalEndpoint(service.name, region)),
      sign: signerFor(service.name, region, credentials),
    };
    signers.set(region, kept);
    return kept;
  };
  const once = async (headers: Headers, body: string, region: string): Promise<string> => {
    let reply: Reply;
    try {
      const { url, sign } = signerIn(region);
      reply = await post(url, await sign({ url, headers, body }, now()), body);
    } catch (error) {
      throw unreached(error);
    }
    if (reply.status !== 200) throw errorOf(reply, service);
    return reply.body;
  };
  return (headers, body, region = home) => persist(() => once(headers, body, region), random);
};
