import { createServer, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { AwsSetting } from '../../lib/aws/call.ts';
import { findSignatureFault, type LocalKeys } from '../../lib/local/signature.ts';
import { answerSts } from '../../lib/local/sts.ts';
import type { HttpRequest } from '../../lib/protocols/protocol.ts';
import { writeStsXml } from '../../lib/protocols/sts/xml.ts';
import { receivedRequest } from './broker.ts';
import { type TestDynamo, testDynamo } from './dynamo.ts';
import { APP_KEY, asKms, KEY, keyPairs, NEXT_KEY, PROOF_KEY } from './kms.ts';
import { type Attempt, allows } from './rights.ts';
import { awsAt, listenToEnd, receive } from './server.ts';
import { REGION, roleArn, tableArn } from './stack.ts';

type Json = { readonly [member: string]: unknown };
/** `date`: what its `Date` says in the place of the time that it is. */
type Reply = { readonly status: number; readonly body: string; readonly date?: string };
type Statements = Parameters<typeof allows>[0];

/** A role of another account: what its trust policy demands beside the broker's own role, and how long its sessions may be. */
export type Target = {
  readonly trusts: string;
  readonly externalId: string;
  readonly maxSeconds: number;
  /** Its account has this region switched off. */
  readonly regionOff?: boolean;
};

/** Who may call: a role with its session's keys, and what its policies allow. */
export type Caller = {
  readonly role: string;
  readonly keys: LocalKeys;
  readonly sessionToken: string;
  readonly statements: Statements;
};

export type AccountCall = {
  readonly service: string;
  readonly operation: string;
  readonly role: string;
  readonly input: Json;
};
/** What answers instead of the service, or undefined to leave the call to it. */
export type Break = (call: AccountCall) => Reply | undefined;

/**
 * An AWS account on loopback, all services at one address. It refuses what AWS refuses before a service sees a call: an
 * unsigned one, a strange key or session, a clock that is off, another region, what the caller's role may not.
 */
export type Account = {
  readonly setting: AwsSetting;
  readonly dynamo: TestDynamo;
  readonly calls: AccountCall[];
  /** What arrived at streams and buses, line by line. */
  readonly delivered: { readonly to: string; readonly line: string }[];
  /** Adds a role with these rights, and gives the keys of a session of it. */
  join(role: string, statements: Statements): Caller;
  /** The policies of keys of KMS, by their ARN: without one, nobody may use the key. */
  readonly keyPolicies: Map<string, Statements>;
  /** Target roles by their ARN. One that is not here does not exist, so STS lets nobody have it. */
  readonly targets: Map<string, Target>;
  /** Breaks calls from now on; undefined mends all. */
  break(how: Break | undefined): void;
};

/** Minutes by which a caller's clock may be off. */
const SKEW = 15;
const STREAM = /^[\w.-]{1,64}$/;
/** Bytes of one record before base64, and of all entries together. */
const RECORD_BYTES = 1_024_000;
const ENTRIES_BYTES = 262_144;

function json(status: number, value: Json): Reply {
  return { status, body: JSON.stringify(value) };
}
function refuse(code: string, message = 'no'): Reply {
  return json(400, { __type: code, message });
}
function refuseQuery(code: string, status = 403): Reply {
  const said = { Type: 'Sender', Code: code, Message: 'no' };
  return { status, body: writeStsXml('ErrorResponse', { Error: said, RequestId: 'r' }) };
}

function readScope(headers: HttpRequest['headers']): { id: string; region: string; service: string } {
  const [, id = '', region = '', service = ''] =
    /Credential=(\w+)\/\d{8}\/([a-z0-9-]+)\/([a-z]+)\//.exec(headers['authorization'] ?? '') ?? [];
  return { id, region, service };
}

function readAge(headers: HttpRequest['headers']): number {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(headers['x-amz-date'] ?? '') ?? [];
  const [year = 0, month = 0, ...rest] = parts.map(Number);
  const [day = 0, hour = 0, minute = 0, second = 0] = rest;
  return Math.abs(Date.now() - Date.UTC(year, month - 1, day, hour, minute, second)) / 60_000;
}

/** What IAM is told of a call beside its action. */
function describeCall({ service, operation, input }: AccountCall, role: string): Attempt {
  const action = `${service}:${operation}`;
  const principal = { 'aws:principalarn': roleArn(role) };
  if (service === 'dynamodb') {
    const names = input['ExpressionAttributeNames'] as { readonly [name: string]: string } | undefined;
    const projected = String(input['ProjectionExpression'] ?? '').split(', ');
    const keys = {
      ...principal,
      'dynamodb:select': input['Select'] as string | undefined,
      'dynamodb:attributes': projected.map(each => names?.[each] ?? each),
    };
    return { action, resource: tableArn(String(input['TableName'])), keys };
  }
  if (service === 'kms') {
    const { issuer } = (input['EncryptionContext'] ?? {}) as { readonly issuer?: string };
    const keys = {
      ...principal,
      'kms:signingalgorithm': input['SigningAlgorithm'] as string | undefined,
      'kms:messagetype': input['MessageType'] as string | undefined,
      'kms:datakeypairspec': input['KeyPairSpec'] as string | undefined,
      'kms:encryptioncontext:issuer': issuer,
    };
    return { action, resource: String(input['KeyId']), keys };
  }
  const resource =
    service === 'firehose'
      ? `arn:aws:firehose:${REGION}:123456789012:deliverystream/${input['DeliveryStreamName']}`
      : service === 'events'
        ? `arn:aws:events:${REGION}:123456789012:event-bus/${(input['Entries'] as readonly Json[])[0]?.['EventBusName']}`
        : String(input['RoleArn']);
  return { action, resource, keys: principal };
}

/** Data Firehose, as its page of PutRecord has it. */
function putRecord(input: Json, delivered: Account['delivered']): Reply {
  const to = String(input['DeliveryStreamName']);
  const { Data = '' } = input['Record'] as { readonly Data?: string };
  const bytes = Buffer.from(Data, 'base64');
  if (!STREAM.test(to) || bytes.length === 0 || bytes.length > RECORD_BYTES)
    return refuse('ValidationException');
  (delivered as { to: string; line: string }[]).push({ to, line: bytes.toString() });
  return json(200, { RecordId: `record-${delivered.length}`, Encrypted: false });
}

/** EventBridge, as its page of PutEvents has it: an entry that is wrong fails inside of a success. */
function putEvents(input: Json, delivered: Account['delivered']): Reply {
  const entries = input['Entries'] as readonly { readonly [name: string]: string }[];
  const size = entries.reduce((sum, each) => sum + Buffer.byteLength(Object.values(each).join('')), 0);
  if (entries.length === 0 || entries.length > 10 || size > ENTRIES_BYTES)
    return refuse('ValidationException');
  const results = entries.map(({ EventBusName: to = '', Source = '', DetailType = '', Detail = '' }) => {
    const sound = Source !== '' && !Source.startsWith('aws.') && DetailType !== '' && Detail.startsWith('{');
    if (!sound) return { ErrorCode: 'MalformedDetail' };
    (delivered as { to: string; line: string }[]).push({ to, line: Detail });
    return { EventId: `event-${delivered.length}` };
  });
  const FailedEntryCount = results.filter(each => 'ErrorCode' in each).length;
  return json(200, { FailedEntryCount, Entries: results });
}

/**
 * A read that was not asked to be consistent may show the table as it was before: here it always does, and shows it
 * as it was made.
 */
function readStale({ operation, input }: AccountCall): Reply | undefined {
  const reads = { GetItem: {}, Scan: { Items: [], Count: 0, ScannedCount: 0 } };
  const stale = reads[operation as keyof typeof reads] as Json | undefined;
  return stale && input['ConsistentRead'] !== true ? json(200, stale) : undefined;
}

/** What STS says of a target role to this caller, or undefined where it gives a session. */
function findTargetFault(call: AccountCall, target: Target | undefined): Reply | undefined {
  const { ExternalId, DurationSeconds = 3600 } = call.input;
  if (target?.regionOff) return refuseQuery('RegionDisabledException');
  if (!target || target.trusts !== roleArn(call.role) || target.externalId !== ExternalId)
    return refuseQuery('AccessDenied');
  return Number(DurationSeconds) > target.maxSeconds ? refuseQuery('ValidationError', 400) : undefined;
}

function forward(asked: HttpRequest, { endpoint = '' }: AwsSetting): Promise<Reply> {
  const { port } = new URL(endpoint);
  const { method, path, headers, body } = asked;
  return new Promise((resolve, reject) => {
    const onward = request({ host: '127.0.0.1', port, method, path, headers: { ...headers } }, async answer =>
      resolve({ status: answer.statusCode ?? 500, body: (await buffer(answer)).toString() }),
    );
    onward.on('error', reject).end(body);
  });
}

export async function testAccount(): Promise<Account> {
  const dynamo = await testDynamo();
  const pairs = keyPairs([KEY, NEXT_KEY, PROOF_KEY, APP_KEY]);
  const callers = new Map<string, Caller>();
  const keyPolicies: Account['keyPolicies'] = new Map();
  const targets: Account['targets'] = new Map();
  const calls: AccountCall[] = [];
  const delivered: { to: string; line: string }[] = [];
  let broken: Break | undefined;

  function readCall(asked: HttpRequest, service: string, role: string): AccountCall {
    const text = Buffer.from(asked.body).toString();
    const [, operation] = (asked.headers['x-amz-target'] ?? '').split('.');
    if (operation !== undefined) return { service, role, operation, input: JSON.parse(text) as Json };
    const form = Object.fromEntries(new URLSearchParams(text));
    return { service, role, operation: form['Action'] ?? '', input: form };
  }
  /** What AWS says before any service looks at a call. */
  function findFault(asked: HttpRequest, caller: Caller | undefined): string | undefined {
    const { region, service } = readScope(asked.headers);
    if (!caller) return service === 'sts' ? 'InvalidClientTokenId' : 'UnrecognizedClientException';
    if (findSignatureFault(asked, caller.keys, service)) return 'InvalidSignatureException';
    const signed = /SignedHeaders=([^,]+)/.exec(asked.headers['authorization'] ?? '')?.[1]?.split(';') ?? [];
    if (asked.headers['x-amz-security-token'] !== caller.sessionToken) return 'UnrecognizedClientException';
    if (!signed.includes('x-amz-security-token')) return 'InvalidSignatureException';
    if (readAge(asked.headers) > SKEW) return 'InvalidSignatureException';
    return region === REGION ? undefined : 'InvalidSignatureException';
  }
  function mayCall(call: AccountCall, { role, statements }: Caller): boolean {
    const attempt = describeCall(call, role);
    if (!allows(statements, attempt)) return false;
    if (call.service !== 'kms') return true;
    // In a key's own policy * is that key.
    return allows(keyPolicies.get(attempt.resource) ?? [], attempt);
  }
  async function serve(asked: HttpRequest, call: AccountCall): Promise<Reply> {
    const { service, operation, input } = call;
    if (service === 'dynamodb') return readStale(call) ?? forward(asked, dynamo.setting);
    if (service === 'kms') return asKms(pairs, { operation, input });
    if (service === 'firehose') return putRecord(input, delivered);
    if (service === 'events') return putEvents(input, delivered);
    return refuse('UnknownOperationException');
  }
  async function answer(asked: HttpRequest): Promise<Reply> {
    const { id, service } = readScope(asked.headers);
    const caller = callers.get(id);
    const fault = findFault(asked, caller);
    if (fault !== undefined || !caller)
      return service === 'sts' ? refuseQuery(fault ?? '') : refuse(fault ?? '');
    const call = readCall(asked, service, caller.role);
    calls.push(call);
    if (!mayCall(call, caller))
      return service === 'sts' ? refuseQuery('AccessDenied') : refuse('AccessDeniedException');
    const instead = broken?.(call);
    if (instead) return instead;
    if (service !== 'sts') return serve(asked, call);
    const refused = findTargetFault(call, targets.get(String(call.input['RoleArn'])));
    if (refused) return refused;
    return answerSts(asked, { now: Date.now() / 1000, keys: caller.keys });
  }

  const server = createServer(async (message, response) => {
    const { status, body, date } = await answer(receivedRequest(await receive(message)));
    const headers = { 'content-type': 'application/x-amz-json-1.1', ...(date === undefined ? {} : { date }) };
    response.writeHead(status, headers).end(body);
  });
  return {
    setting: awsAt(await listenToEnd(server)),
    dynamo,
    calls,
    delivered,
    keyPolicies,
    targets,
    join(role, statements) {
      const accessKeyId = `ASIA${String(callers.size).padStart(16, '0')}`;
      const caller: Caller = {
        role,
        statements,
        keys: { accessKeyId, secretAccessKey: `secret-of-${role}` },
        sessionToken: `session-of-${role}`,
      };
      callers.set(accessKeyId, caller);
      return caller;
    },
    break: how => void (broken = how),
  };
}
