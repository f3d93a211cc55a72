import { type AwsAccessKey, createRequestSigner } from '../../aws/sign.ts';
import type { Fetch } from '../../client/proxy.ts';
import { isLoopback } from '../../client/url.ts';
import { Failure, type Terminal } from '../verb.ts';

/** One call of an AWS API with the session of this step. */
export type StepCall = {
  readonly service: string;
  readonly region: string;
  readonly url: URL;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
};

const PATIENCE_MS = 20_000;

/** Signs a call: the headers to send with it. `now` is in seconds since the epoch. */
export function signCall(call: StepCall, keys: AwsAccessKey, now: number) {
  return createRequestSigner(call.service, call.region, keys)(call, now);
}

/** Where a call goes: to AWS, or to an emulator on this machine. Nothing else stands in for AWS. */
function redirectCall(call: StepCall, terminal: Terminal): StepCall {
  const endpoint = terminal.environment['KITE_STS_AWS_ENDPOINT'];
  if (!endpoint || !URL.canParse(endpoint)) return call;
  if (!isLoopback(new URL(endpoint).hostname))
    throw new Failure('KITE_STS_AWS_ENDPOINT is not on this machine, so it is not asked.\n');
  return { ...call, url: new URL(`${call.url.pathname}${call.url.search}`, endpoint) };
}

/** Makes a call: the JSON of its success. Throws `Failure` with what AWS calls the reason, and never with what it sent. */
export async function callAws(
  described: StepCall,
  keys: AwsAccessKey,
  terminal: Terminal,
  fetch: Fetch,
): Promise<{ readonly [name: string]: unknown }> {
  const call = redirectCall(described, terminal);
  const { host } = call.url;
  const headers = await signCall(call, keys, Date.now() / 1000);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const sent = { method: 'POST', headers, body: call.body, redirect: 'error', signal } as const;
  const answer = await fetch(call.url.href, sent).catch(() => {
    throw new Failure(`${host} could not be reached.\n`);
  });
  const said = (await answer.json().catch(() => ({}))) as { readonly [name: string]: unknown };
  if (answer.ok) return said;
  if (answer.status >= 500) throw new Failure(`${host} failed with ${answer.status}. Try again.\n`);
  const code = readErrorCode(said['__type'] ?? answer.headers.get('x-amzn-errortype'));
  throw new Failure(
    `${host} refused: ${code ?? answer.status}. It is the AWS role of this step that needs the right.\n`,
  );
}

/** The name of an error: after a namespace and before an address, such as `com.amazonaws#AccessDenied:http://…`. */
function readErrorCode(written: unknown): string | undefined {
  return typeof written === 'string' ? /(?:^|#)([A-Za-z]{1,64})(?::|$)/.exec(written)?.[1] : undefined;
}
