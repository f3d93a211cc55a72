import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { answerSts } from '../../lib/local/sts.ts';
import type { AwsSetting } from '../../lib/providers/aws.ts';
import { receivedRequest } from './broker.ts';
import { NOW } from './policy.ts';
import { awsAt, listenToEnd, receive } from './server.ts';
import { TRUSTED } from './signing.ts';

type Reply = { readonly status: number; readonly body: string };
type Call = (form: URLSearchParams, response: ServerResponse) => Reply | undefined;

/**
 * An STS on loopback that keeps the form of every call. It answers as the local STS does until told
 * otherwise, and is closed after the test file.
 */
export type TestSts = {
  readonly setting: AwsSetting;
  readonly calls: URLSearchParams[];
  /** What comes next, once for each; the last is said again. Undefined: no answer is sent. */
  reply(...replies: Call[]): void;
};

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** An error of AWS STS, as its Query protocol writes it. */
export function stsError(code: string, status: number, message = 'no'): Call {
  return () => ({
    status,
    body: `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
  });
}

/** Whose credentials they are. */
export function stsCaller(arn: string): Call {
  return () => ({
    status: 200,
    body: `<GetCallerIdentityResponse xmlns="${NAMESPACE}"><GetCallerIdentityResult><Arn>${arn}</Arn><UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
  });
}

type Said = {
  readonly action?: string;
  readonly expiration?: string;
  readonly secret?: string;
  readonly identity?: string;
  /** All of AssumedRoleUser. */
  readonly user?: string;
} & Named;

/** What stands in AssumedRoleUser in the place of what was asked for. */
type Named = {
  readonly partition?: string | undefined;
  readonly account?: string | undefined;
  readonly role?: string | undefined;
  readonly session?: string | undefined;
  /** The session in AssumedRoleId. */
  readonly id?: string | undefined;
};

/** As AWS names a session: without the path of its role. */
function userOf(form: URLSearchParams, named: Named): string {
  const [, partition, , , account, path = ''] = (form.get('RoleArn') ?? '').split(':');
  const asked = form.get('RoleSessionName') ?? '';
  const { session = asked, id = session, role = path.split('/').at(-1) } = named;
  const arn = `arn:${named.partition ?? partition}:sts::${named.account ?? account}:assumed-role/${role}/${session}`;
  return `<AssumedRoleUser><AssumedRoleId>AROA:${id}</AssumedRoleId><Arn>${arn}</Arn></AssumedRoleUser>`;
}

/** A success of AWS STS with these parts; an empty text leaves the element out. */
export function stsSuccess({
  action = 'AssumeRole',
  expiration = new Date((NOW + 3600) * 1000).toISOString(),
  partition,
  account,
  role,
  session,
  id,
  secret = 'secret',
  identity = '',
  user,
}: Said): Call {
  return form => ({
    status: 200,
    body: `<${action}Response xmlns="${NAMESPACE}"><${action}Result><Credentials><AccessKeyId>ASIATESTTESTTESTTEST</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey><SessionToken>session-token</SessionToken>${expiration && `<Expiration>${expiration}</Expiration>`}</Credentials>${identity && `<SourceIdentity>${identity}</SourceIdentity>`}${user ?? userOf(form, { partition, account, role, session, id })}</${action}Result></${action}Response>`,
  });
}

/** The time by which a request was signed, in seconds since the epoch: for brokers whose clocks are moved. */
export function readSignedTime({ headers }: IncomingMessage): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(headers['x-amz-date']));
  if (!parts) return NOW;
  const [year = 0, month = 1, day, hour, minute, second] = parts.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

/** Its clock stands still, unless it is told how to read the time of a request. */
export async function testSts(readTime: (message: IncomingMessage) => number = () => NOW): Promise<TestSts> {
  const calls: URLSearchParams[] = [];
  let next: Call[] = [];
  const server = createServer(async (message, response) => {
    const asked = await receive(message);
    const form = new URLSearchParams(asked.body);
    calls.push(form);
    const call = next.length > 1 ? next.shift() : next[0];
    const reply = call
      ? call(form, response)
      : await answerSts(receivedRequest(asked), { now: readTime(message), trusted: TRUSTED });
    if (reply) response.writeHead(reply.status, { 'content-type': 'text/xml' }).end(reply.body);
  });
  return {
    setting: awsAt(await listenToEnd(server)),
    calls,
    reply(...replies) {
      next = replies;
      calls.length = 0;
    },
  };
}
