import { describe, expect, test } from 'vitest';
import type { Code } from '../../lib/errors.ts';
import { GRANT_TYPE, oauth } from '../../lib/protocols/oauth.ts';
import { httpRequest } from '../harness/broker.ts';
import { faultOf } from '../harness/code.ts';
import { AUDIENCE } from '../harness/policy.ts';

const TYPE = 'urn:ietf:params:oauth:token-type:';

/** What google-github-actions/auth sends. */
const ACTION = {
  audience:
    '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/kite-sts/providers/deploy',
  grantType: GRANT_TYPE,
  requestedTokenType: `${TYPE}access_token`,
  scope: 'https://www.googleapis.com/auth/cloud-platform',
  subjectTokenType: `${TYPE}jwt`,
  subjectToken: 'a.b.c',
};

function parse(body: string, type = 'application/json') {
  return oauth.parse(
    httpRequest({ headers: { 'content-type': type }, body: new TextEncoder().encode(body) }),
    AUDIENCE,
  );
}
function withMembers(members: object): string {
  return JSON.stringify({ ...ACTION, ...members });
}

describe('the body of an action of Google is taken', () => {
  test.each([
    { name: 'as it is', body: withMembers({}), type: 'application/json' },
    { name: 'with a character set', body: withMembers({}), type: 'Application/JSON; charset=utf-8' },
    { name: 'with a member more', body: withMembers({ options: '{}' }), type: 'application/json' },
  ])('$name', ({ body, type }) => {
    expect(parse(body, type)).toMatchObject({
      subjectToken: 'a.b.c',
      access: { role: 'deploy', scopes: [ACTION.scope], kinds: expect.arrayContaining(['gcp']) },
    });
  });
});

describe('a body of JSON is refused', () => {
  const twice = `{"subjectToken":"x",${withMembers({}).slice(1)}`;

  test.each<{ name: string; body: string; fault: readonly [Code, string] }>([
    { name: 'T56: with a member that stands twice', body: twice, fault: ['parameter_invalid', 'body'] },
    {
      name: 'T56: with one parameter under two names',
      body: withMembers({ subject_token: 'x' }),
      fault: ['parameter_repeated', 'subject_token'],
    },
    {
      name: 'T56: with an actor',
      body: withMembers({ actorToken: 'x' }),
      fault: ['parameter_unsupported', 'actor_token'],
    },
    {
      name: 'with a list of scopes',
      body: withMembers({ scope: [ACTION.scope] }),
      fault: ['parameter_invalid', 'body'],
    },
    {
      name: 'with an empty parameter',
      body: withMembers({ audience: '' }),
      fault: ['parameter_missing', 'audience'],
    },
    {
      name: 'without a token',
      body: withMembers({ subjectToken: undefined }),
      fault: ['parameter_missing', 'subject_token'],
    },
    { name: 'that is a list', body: '[]', fault: ['parameter_invalid', 'body'] },
    { name: 'that is none', body: 'a=b', fault: ['parameter_invalid', 'body'] },
  ])('$name', ({ body, fault }) => {
    expect(faultOf(() => parse(body))).toEqual(fault);
  });

  test('T58: that is too large', () => {
    expect(faultOf(() => parse(withMembers({ padding: 'x'.repeat(32 * 1024) })))[0]).toBe('body_too_large');
  });
});
