import { describe, expect, test } from 'vitest';
import { sts } from '../../lib/protocols/sts.ts';
import { AWS, CODE_NAMES, DECISION_ID, issued, JWT, refusal } from '../harness/answer.ts';
import { httpRequest } from '../harness/broker.ts';
import { faultOf } from '../harness/code.ts';
import { identityRequest, SIGNED_BY, stsRefusal, stsRequest, textsOf } from '../harness/door.ts';
import { AUDIENCE, BUILDKITE, NOW } from '../harness/policy.ts';

const VOICE = { url: AUDIENCE, audience: AUDIENCE, now: NOW };
const ROLE = 'aws: { role_arn: "arn:aws:iam::123456789012:role/r" }';
function said(...given: Parameters<typeof refusal>) {
  return sts.render(refusal(...given), httpRequest(), VOICE);
}
function messageOf(...given: Parameters<typeof refusal>) {
  return textsOf(said(...given))['Error/Message'];
}
const identified = sts.identities?.render({
  kind: 'identified',
  decisionId: DECISION_ID,
  identity: {
    arn: AWS.assumedRole,
    userId: AWS.assumedRoleId,
    account: '123456789012',
    accessKeyId: AWS.accessKeyId,
    expiresAt: NOW,
  },
});

describe('an exchange is', () => {
  test('AssumeRoleWithWebIdentity alone', () => {
    expect(sts.parse(stsRequest(), AUDIENCE).subjectToken).toBe('a.b.c');
  });

  test.each([
    { name: 'another action', form: { Action: 'AssumeRole' } },
    { name: 'an action in other letters', form: { Action: 'assumerolewithwebidentity' } },
    { name: 'no action', form: { Action: undefined } },
    { name: 'another version', form: { Version: '2010-01-01' } },
    { name: 'no version', form: { Version: undefined } },
  ])('not $name', ({ form }) => {
    expect(faultOf(() => sts.parse(stsRequest(form), AUDIENCE))).toEqual(['action_unsupported', 'Action']);
  });

  test('not a presigned call, which is told so before its query is looked at', () => {
    const query = 'Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Signature=0';
    const presigned = httpRequest({ method: 'GET', path: '/', query });
    expect(faultOf(() => sts.parse(presigned, AUDIENCE))).toEqual(['action_unsupported', 'method']);
    expect(sts.identities?.asked(presigned)).toBeUndefined();
  });

  test('T57: not one with a second token, in a header or in the query', () => {
    const headers = { ...stsRequest().headers, authorization: 'Bearer a.b.c' };
    expect(faultOf(() => sts.parse(stsRequest({}, { headers }), AUDIENCE))).toEqual([
      'parameter_unsupported',
      'Authorization',
    ]);
    expect(faultOf(() => sts.parse(stsRequest({}, { query: 'WebIdentityToken=a.b.c' }), AUDIENCE))).toEqual([
      'parameter_unsupported',
      'query',
    ]);
  });
});

describe('whose session it is', () => {
  test('is asked by GetCallerIdentity, with the session token as proof', () => {
    expect(sts.identities?.asked(identityRequest('session-token'))).toEqual({
      accessKeyId: SIGNED_BY,
      sessionToken: 'session-token',
    });
    expect(sts.identities?.asked(identityRequest(undefined))).toEqual({
      accessKeyId: SIGNED_BY,
      sessionToken: '',
    });
  });

  const scope = '20270115/eu-west-1/sts/aws4_request';
  test.each([
    [`AWS4-HMAC-SHA256 Credential=${SIGNED_BY}/${scope}, SignedHeaders=host, Signature=0`, SIGNED_BY],
    [`AWS4-HMAC-SHA256 SignedHeaders=host,Credential=${SIGNED_BY}/${scope},Signature=0`, SIGNED_BY],
    [`AWS4-ECDSA-P256-SHA256 Credential=${SIGNED_BY}/20270115/sts/aws4_request, Signature=0`, SIGNED_BY],
    [undefined, undefined],
    ['', undefined],
    ['Bearer a.b.c', undefined],
    [`Basic Credential=${SIGNED_BY}/`, undefined],
    ['AWS4-HMAC-SHA256 Signature=0', undefined],
    [`AWS4-HMAC-SHA256 Credential=${SIGNED_BY}, Signature=0`, undefined],
  ])('by whose access key, of %j: %j', (authorization, accessKeyId) => {
    const request = identityRequest('session-token');
    const headers = { ...request.headers, authorization };
    expect(sts.identities?.asked({ ...request, headers })?.accessKeyId).toBe(accessKeyId);
  });

  test.each([
    ['an exchange', stsRequest()],
    ['another version', stsRequest({ Action: 'GetCallerIdentity', Version: '1' })],
    ['what is no form', httpRequest({ path: '/', headers: { 'content-type': 'application/json' } })],
    ['a form that cannot be read', httpRequest({ path: '/', body: new TextEncoder().encode('Action=%ZZ') })],
  ])('is not asked by %s', (_name, request) => {
    expect(sts.identities?.asked(request)).toBeUndefined();
  });
});

describe('what is answered', () => {
  test('to an exchange are credentials, and what AWS says of them', () => {
    expect(textsOf(sts.render(issued(AWS, ROLE), httpRequest(), VOICE))).toMatchObject({
      'Credentials/AccessKeyId': AWS.accessKeyId,
      'Credentials/SecretAccessKey': AWS.secretAccessKey,
      'Credentials/SessionToken': AWS.sessionToken,
      'Credentials/Expiration': '2027-01-15T09:00:00Z',
      'AssumedRoleUser/Arn': AWS.assumedRole,
      'AssumedRoleUser/AssumedRoleId': AWS.assumedRoleId,
      SubjectFromWebIdentityToken: expect.stringContaining('organization:my-organization'),
      Provider: BUILDKITE,
      'ResponseMetadata/RequestId': DECISION_ID,
    });
  });

  test('to an exchange is what AWS said of its size and of who is behind it, where it did', () => {
    const said = { packedPolicySize: '37', sourceIdentity: 'web.5.abc' };
    const told = textsOf(sts.render(issued({ ...AWS, ...said }, ROLE), httpRequest(), VOICE));
    expect(told).toMatchObject({ PackedPolicySize: '37', SourceIdentity: 'web.5.abc' });
    expect(textsOf(sts.render(issued(AWS, ROLE), httpRequest(), VOICE))).not.toHaveProperty(
      'PackedPolicySize',
    );
  });

  test('to GetCallerIdentity are its three names', () => {
    expect(identified && textsOf(identified)).toMatchObject({
      Arn: AWS.assumedRole,
      UserId: AWS.assumedRoleId,
      Account: '123456789012',
      'ResponseMetadata/RequestId': DECISION_ID,
    });
  });

  test('is never a credential of another kind', () => {
    const answer = sts.render(issued(JWT), httpRequest(), VOICE);
    expect(stsRefusal(answer)).toEqual([503, 'ServiceUnavailable']);
    expect(answer.body).not.toContain(JWT.token);
  });

  test.each(CODE_NAMES)('for %s is an error as AWS writes it, with the id of the decision twice', code => {
    const answer = said(code);
    expect(textsOf(answer)).toMatchObject({
      'Error/Type': answer.status === 503 ? 'Receiver' : 'Sender',
      'Error/Code': expect.stringMatching(/^[A-Za-z]+$/),
      'Error/Message': expect.stringContaining(`/errors/${code}`),
      RequestId: DECISION_ID,
    });
    expect(answer.headers['x-amzn-requestid']).toBe(DECISION_ID);
    expect('retry-after' in answer.headers).toBe([429, 503].includes(answer.status));
  });

  test.each([
    ['a credential', sts.render(issued(AWS, ROLE), httpRequest(), VOICE)],
    ['an identity', identified],
    ['a refusal', said('trust_not_met')],
  ])('T55: may be kept by nobody: %s', (_name, answer) => {
    expect(answer?.headers).toMatchObject({
      'content-type': 'text/xml; charset=utf-8',
      'cache-control': 'no-store',
      'x-amzn-requestid': DECISION_ID,
    });
  });

  test('in another method says which one is taken', () => {
    expect(said('method_not_allowed').headers['allow']).toBe('POST');
  });
});

describe('the one text that a client shows', () => {
  test('names the claims in the way, whom to ask and the decision', () => {
    const message = messageOf('trust_not_met', {
      claims: [{ claim: 'build_branch', why: 'differs', value: 'topic' }],
      contact: '#team-web',
    });
    for (const part of ['build_branch', 'topic', '#team-web', DECISION_ID]) expect(message).toContain(part);
  });

  test('of an expired token says how the next one is minted, and where it goes', () => {
    const message = messageOf('token_expired');
    expect(message).toContain(`buildkite-agent oidc request-token --audience ${AUDIENCE}`);
    expect(message).toContain('AWS_WEB_IDENTITY_TOKEN_FILE');
  });

  test.each(['action_unsupported', 'session_unknown'] as const)(
    'of %s says how the call gets to AWS',
    code => {
      expect(messageOf(code)).toContain('unset AWS_ENDPOINT_URL_STS');
    },
  );
});
