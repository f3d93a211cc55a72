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

  test.each<[name: string, body: string, fault: readonly [Code, string]]>([
    ['T56: with a member that stands twice', twice, ['parameter_invalid', 'body']],
    [
      'T56: with one parameter under two names',
      withMembers({ subject_token: 'x' }),
      ['parameter_repeated', 'subject_token'],
    ],
    ['T56: with an actor', withMembers({ actorToken: 'x' }), ['parameter_unsupported', 'actor_token']],
    ['with a list of scopes', withMembers({ scope: [ACTION.scope] }), ['parameter_invalid', 'body']],
    ['with an empty parameter', withMembers({ audience: '' }), ['parameter_missing', 'audience']],
    ['without a token', withMembers({ subjectToken: undefined }), ['parameter_missing', 'subject_token']],
    ['that is a list', '[]', ['parameter_invalid', 'body']],
    ['that is none', 'a=b', ['parameter_invalid', 'body']],
  ])('%s', (_name, body, fault) => {
    expect(faultOf(() => parse(body))).toEqual(fault);
  });

  test('T58: that is too large', () => {
    expect(faultOf(() => parse(withMembers({ padding: 'x'.repeat(32 * 1024) })))[0]).toBe('body_too_large');
  });
});
