import { describe, expect, test } from 'vitest';
import { createAccountReader, isAbsent, type ReadInput, type ReadRight } from '../../lib/aws/account.ts';
import { AwsError } from '../../lib/aws/call.ts';
import { type Said, testServer } from '../harness/server.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };

/** What is read of a server that says this, and what it was asked. */
const readFrom = async (said: Said, right: ReadRight, input?: ReadInput) => {
  const server = await testServer(() => said);
  const read = createAccountReader({
    region: 'eu-central-1',
    endpoint: server.url,
    credentials,
    random: () => 0,
  });
  const answer = await read(right, input).catch((error: unknown) => error);
  const [{ method, path, headers, body } = { method: '', path: '', headers: {}, body: '' }] = server.asked;
  const [, region, service] = /\/\d{8}\/([\w-]+)\/(\w+)\//.exec(headers.authorization ?? '') ?? [];
  return {
    answer,
    method,
    path,
    body,
    region,
    service,
    target: headers['x-amz-target'],
    times: server.asked.length,
  };
};

const ok = (body: string): Said => ({ status: 200, body });

describe('an account is read as its services speak:', () => {
  test('by a form, in XML, with lists that count from 1', async () => {
    const body =
      '<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated><EvaluationResults><member><EvalActionName>s3:GetObject</EvalActionName><EvalDecision>implicitDeny</EvalDecision><MissingContextValues/></member></EvaluationResults></SimulatePrincipalPolicyResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></SimulatePrincipalPolicyResponse>';
    const input = {
      ActionNames: ['a', 'b'],
      ContextEntries: [{ ContextKeyName: 'k', ContextKeyValues: ['v'] }],
    };
    const asked = await readFrom(ok(body), 'iam:SimulatePrincipalPolicy', input);
    expect(asked).toMatchObject({ method: 'POST', path: '/', region: 'us-east-1', service: 'iam' });
    expect(Object.fromEntries(new URLSearchParams(asked.body))).toEqual({
      Action: 'SimulatePrincipalPolicy',
      Version: '2010-05-08',
      'ActionNames.member.1': 'a',
      'ActionNames.member.2': 'b',
      'ContextEntries.member.1.ContextKeyName': 'k',
      'ContextEntries.member.1.ContextKeyValues.member.1': 'v',
    });
    expect(asked.answer).toEqual({
      IsTruncated: 'false',
      EvaluationResults: [
        { EvalActionName: 's3:GetObject', EvalDecision: 'implicitDeny', MissingContextValues: '' },
      ],
    });
  });

  test('in JSON, by the name of the operation', async () => {
    const asked = await readFrom(ok('{"Table":{"TableStatus":"ACTIVE"}}'), 'dynamodb:DescribeTable', {
      TableName: 't',
    });
    expect(asked).toMatchObject({
      target: 'DynamoDB_20120810.DescribeTable',
      body: '{"TableName":"t"}',
      region: 'eu-central-1',
      answer: { Table: { TableStatus: 'ACTIVE' } },
    });
  });

  test('by GET at a path, in JSON', async () => {
    const asked = await readFrom(ok('{"Configuration":{}}'), 'lambda:GetFunction', {
      FunctionName: 'kite/x',
    });
    expect(asked).toMatchObject({
      method: 'GET',
      path: '/2015-03-31/functions/kite%2Fx',
      service: 'lambda',
      answer: { Configuration: {} },
    });
  });

  test('by GET at a path, in XML, of a service that is in no region', async () => {
    const body =
      '<GetHostedZoneResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><HostedZone><Name>acme.io.</Name></HostedZone><DelegationSet><NameServers><NameServer>a</NameServer><NameServer>b</NameServer></NameServers></DelegationSet></GetHostedZoneResponse>';
    const asked = await readFrom(ok(body), 'route53:GetHostedZone', { Id: 'Z1' });
    expect(asked).toMatchObject({
      path: '/2013-04-01/hostedzone/Z1',
      region: 'us-east-1',
      answer: { HostedZone: { Name: 'acme.io.' }, DelegationSet: { NameServers: ['a', 'b'] } },
    });
  });
});

describe('a refusal is told by its code, and asked for once:', () => {
  const xml = (code: string, message = 'no') =>
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`;

  test.each<[right: ReadRight, said: Said, code: string, absent: boolean]>([
    ['iam:GetRole', { status: 404, body: xml('NoSuchEntity') }, 'NoSuchEntity', true],
    ['iam:GetRole', { status: 403, body: xml('AccessDenied') }, 'AccessDenied', false],
    [
      'cloudformation:DescribeStacks',
      { status: 400, body: xml('ValidationError', 'Stack with id x does not exist') },
      'ValidationError',
      true,
    ],
    [
      'cloudformation:DescribeStacks',
      { status: 400, body: xml('ValidationError', 'Stack:x is not ready') },
      'ValidationError',
      false,
    ],
    [
      'dynamodb:DescribeTable',
      { status: 400, body: '{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}' },
      'ResourceNotFoundException',
      true,
    ],
    [
      'lambda:GetFunction',
      { status: 404, body: '{"Type":"User","Message":"Function not found"}' },
      'Refused',
      true,
    ],
    ['lambda:GetFunction', { status: 403, body: '{"Message":"not authorized"}' }, 'Refused', false],
    ['route53:GetHostedZone', { status: 404, body: xml('NoSuchHostedZone') }, 'NoSuchHostedZone', true],
  ])('%s %j', async (right, said, code, absent) => {
    const { answer, times } = await readFrom(said, right, {});
    expect(answer).toBeInstanceOf(AwsError);
    expect((answer as AwsError).code).toBe(code);
    expect([isAbsent(answer), times]).toEqual([absent, 1]);
  });

  test('what cannot be read is no answer', async () => {
    const { answer } = await readFrom(ok('<html>'), 'iam:GetRole', {});
    expect((answer as AwsError).code).toBe('AnswerUnreadable');
  });
});
