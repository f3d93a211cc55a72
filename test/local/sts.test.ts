import {
  AssumeRoleCommand,
  type AssumeRoleCommandOutput,
  STSClient,
  type STSClientConfig,
} from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import { DUMMY_KEYS } from '../../lib/local/sts.ts';
import { call, localBroker } from '../harness/local.ts';

const ROLE = 'arn:aws:iam::123456789012:role/team/deploy';

const broker = await localBroker();

type Form = { readonly [name: string]: string | undefined };

/** The real SDK asks for a role; `form` changes what it sends before it signs, undefined leaves a field out. */
function assume(form: Form = {}, config: STSClientConfig = {}): Promise<AssumeRoleCommandOutput> {
  const client = new STSClient({
    region: 'eu-central-1',
    endpoint: `${broker.url}/local/sts`,
    credentials: DUMMY_KEYS,
    maxAttempts: 1,
    ...config,
  });
  client.middlewareStack.add(
    next => args => {
      const request = args.request as { body: string };
      const fields = new Map<string, string | undefined>(new URLSearchParams(request.body));
      for (const [name, value] of Object.entries(form)) fields.set(name, value);
      const given = [...fields].filter((field): field is [string, string] => field[1] !== undefined);
      request.body = new URLSearchParams(given).toString();
      return next(args);
    },
    { step: 'build', priority: 'high' },
  );
  return client.send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'web.1.abc' }));
}

function tags(count: number): Form {
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      [`Tags.member.${at + 1}.Key`, `key-${at}`],
      [`Tags.member.${at + 1}.Value`, 'v'],
    ]).flat(),
  );
}
function arns(count: number): Form {
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      `PolicyArns.member.${at + 1}.arn`,
      'arn:aws:iam::aws:policy/ReadOnlyAccess',
    ]),
  );
}

test('the real SDK gets keys in the form of AWS, for the hour that is the usual session', async () => {
  const before = Date.now();
  const { Credentials, AssumedRoleUser } = await assume();
  expect(Credentials).toMatchObject({
    AccessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
    SecretAccessKey: expect.stringMatching(/^[A-Za-z0-9]{40}$/),
    SessionToken: expect.stringMatching(/^local\./),
  });
  const seconds = ((Credentials?.Expiration?.getTime() ?? 0) - before) / 1000;
  expect(seconds).toBeGreaterThan(3598);
  expect(seconds).toBeLessThanOrEqual(3602);
  expect(AssumedRoleUser?.Arn).toBe('arn:aws:sts::123456789012:assumed-role/deploy/web.1.abc');
});

test('keys are never the same twice', async () => {
  const [one, two] = await Promise.all([assume(), assume()]);
  expect(one.Credentials?.SecretAccessKey).not.toBe(two.Credentials?.SecretAccessKey);
});

describe('AssumeRole is allowed with', () => {
  test.each<[name: string, form: Form]>([
    ['the shortest session', { DurationSeconds: '900' }],
    ['the longest session of a chained role', { DurationSeconds: '3600' }],
    ['a role of another partition', { RoleArn: 'arn:aws-us-gov:iam::123456789012:role/deploy' }],
    ['the shortest session name', { RoleSessionName: 'ab' }],
    ['the longest session name', { RoleSessionName: 'a'.repeat(64) }],
    ['an external id', { ExternalId: 'kite-sts:deploy' }],
    ['a source identity', { SourceIdentity: 'web.1.abc' }],
    ['the longest policy', { Policy: `{"Version":"${'1'.repeat(2034)}"}` }],
    ['fifty tags', tags(50)],
    ['an empty tag value', { ...tags(1), 'Tags.member.1.Value': '' }],
    ['a transitive tag', { ...tags(1), 'TransitiveTagKeys.member.1': 'key-0' }],
    ['ten managed policies', arns(10)],
  ])('%s', async (_name, form) => {
    await expect(assume(form)).resolves.toHaveProperty('Credentials.SessionToken');
  });
});

describe('AssumeRole is refused as AWS refuses it, with', () => {
  test.each<[name: string, code: string, form: Form]>([
    ['another action', 'InvalidAction', { Action: 'GetFederationToken' }],
    ['another version', 'InvalidAction', { Version: '2010-05-08' }],
    ['no role', 'ValidationError', { RoleArn: undefined }],
    ['a role that is no ARN', 'ValidationError', { RoleArn: 'deploy-to-production-web' }],
    ['the ARN of a user', 'ValidationError', { RoleArn: 'arn:aws:iam::123456789012:user/deploy' }],
    ['no session name', 'ValidationError', { RoleSessionName: undefined }],
    ['T45: a session name of one character', 'ValidationError', { RoleSessionName: 'a' }],
    ['T45: a session name over 64 characters', 'ValidationError', { RoleSessionName: 'a'.repeat(65) }],
    ['T45: a session name with a slash', 'ValidationError', { RoleSessionName: 'feature/x' }],
    ['a source identity that begins with aws:', 'ValidationError', { SourceIdentity: 'aws:deploy' }],
    ['an external id of one character', 'ValidationError', { ExternalId: 'a' }],
    ['a session under 900 seconds', 'ValidationError', { DurationSeconds: '899' }],
    ['D10: a chained session over an hour', 'ValidationError', { DurationSeconds: '3601' }],
    ['a session over twelve hours', 'ValidationError', { DurationSeconds: '43201' }],
    ['a session that is no number', 'ValidationError', { DurationSeconds: '1e3' }],
    ['a policy over 2048 characters', 'ValidationError', { Policy: `{"Version":"${'1'.repeat(2035)}"}` }],
    ['a policy beyond Latin-1', 'ValidationError', { Policy: '{"Sid":"\u{1f680}"}' }],
    ['a policy that is not JSON', 'MalformedPolicyDocument', { Policy: '{"Version":' }],
    ['fifty-one tags', 'ValidationError', tags(51)],
    ['a tag key of AWS itself', 'ValidationError', { ...tags(1), 'Tags.member.1.Key': 'AWS:branch' }],
    ['an empty tag key', 'ValidationError', { ...tags(1), 'Tags.member.1.Key': '' }],
    [
      'a tag value over 256 characters',
      'ValidationError',
      { ...tags(1), 'Tags.member.1.Value': 'a'.repeat(257) },
    ],
    ['a tag value with a line break', 'ValidationError', { ...tags(1), 'Tags.member.1.Value': 'a\nb' }],
    [
      'T46: tag keys that differ in case alone',
      'InvalidParameterValue',
      { ...tags(2), 'Tags.member.2.Key': 'KEY-0' },
    ],
    [
      'a transitive key of no tag',
      'InvalidParameterValue',
      { ...tags(1), 'TransitiveTagKeys.member.1': 'branch' },
    ],
    ['eleven managed policies', 'ValidationError', arns(11)],
  ])('%s', async (_name, code, form) => {
    await expect(assume(form)).rejects.toMatchObject({ Code: code, $metadata: { httpStatusCode: 400 } });
  });

  test.each<[name: string, code: string, config: STSClientConfig]>([
    [
      'the signature of another secret',
      'SignatureDoesNotMatch',
      { credentials: { ...DUMMY_KEYS, secretAccessKey: 'another' } },
    ],
    [
      'the keys of another',
      'InvalidClientTokenId',
      { credentials: { ...DUMMY_KEYS, accessKeyId: 'AKIAANOTHER' } },
    ],
  ])('%s', async (_name, code, config) => {
    await expect(assume({}, config)).rejects.toMatchObject({
      name: code,
      $metadata: { httpStatusCode: 403 },
    });
  });
});

test.each(['/local/sts', '/local/sts/'])('a request without a signature is refused at %s', async path => {
  const answer = await call(broker.port, {
    method: 'POST',
    path,
    body: 'Action=AssumeRole&Version=2011-06-15',
  });
  expect(answer).toMatchObject({ status: 403, headers: { 'content-type': 'text/xml' } });
  expect(answer.text).toContain('<Code>MissingAuthenticationToken</Code>');
});
