import { describe, expect, test } from 'vitest';
import type { Code } from '../../lib/errors.ts';
import type { ExchangeRequest } from '../../lib/exchange.ts';
import type { KindName } from '../../lib/policy/targets.ts';
import { GRANT_TYPE, oauth } from '../../lib/protocols/oauth.ts';
import { AWS_CREDENTIALS } from '../../lib/protocols/oauth-answer.ts';
import { VARIABLES } from '../../lib/protocols/variables.ts';
import { httpRequest } from '../harness/broker.ts';
import { faultOf } from '../harness/code.ts';
import { AUDIENCE } from '../harness/policy.ts';

const TYPE = 'urn:ietf:params:oauth:token-type:';
type Form = { readonly [name: string]: string | undefined };
type Headers = { readonly [name: string]: string };

/** One scope more than can be asked for. */
const MANY = Array.from({ length: 51 }, (_, index) => `s${index}`).join(' ');

const USUAL: Form = {
  grant_type: GRANT_TYPE,
  subject_token: 'a.b.c',
  subject_token_type: `${TYPE}jwt`,
  audience: 'deploy-web',
};

function parse(form: Form, headers: Headers = {}, url = AUDIENCE): ExchangeRequest {
  const given = Object.entries({ ...USUAL, ...form }).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  );
  return oauth.parse(
    httpRequest({
      body: new TextEncoder().encode(new URLSearchParams(given).toString()),
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    }),
    url,
  );
}

describe('an exchange is asked for', () => {
  test('audience names the role, and nothing more is needed', () => {
    expect(parse({})).toEqual({
      subjectToken: 'a.b.c',
      access: {
        role: 'deploy-web',
        scopes: undefined,
        seconds: undefined,
        kinds: undefined,
        sessionName: undefined,
      },
    });
  });

  test.each<[name: string, form: Form, access: object]>([
    [
      'scope narrows',
      { scope: 'read_packages write_packages' },
      { scopes: ['read_packages', 'write_packages'] },
    ],
    ['a scope that stands twice counts once', { scope: 'a b a' }, { scopes: ['a', 'b'] }],
    ['expires_in shortens', { expires_in: '900' }, { seconds: 900 }],
    [
      'an access token is asked for',
      { requested_token_type: `${TYPE}access_token` },
      { kinds: Object.keys(VARIABLES) as KindName[] },
    ],
    [
      "an audience of Google's form names a role",
      {
        audience:
          '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/kite-sts/providers/deploy-web',
      },
      {},
    ],
    ['a JWT is asked for', { requested_token_type: `${TYPE}jwt` }, { kinds: ['jwt'] }],
    ['AWS credentials are asked for', { requested_token_type: AWS_CREDENTIALS }, { kinds: ['aws'] }],
    ['the subject token is an id_token', { subject_token_type: `${TYPE}id_token` }, {}],
    ['parameters that nobody knows are ignored (RFC 6749 §3.2)', { client_id: 'x', options: '{}' }, {}],
    [
      'parameters without a value, as golang.org/x/oauth2 sends them',
      { scope: '', resource: '', actor_token: '', expires_in: '', requested_token_type: '' },
      { scopes: undefined, seconds: undefined, kinds: undefined },
    ],
    ['the longest name of a role', { audience: 'a'.repeat(64) }, { role: 'a'.repeat(64) }],
  ])('%s', (_name, form, access) => {
    expect(parse(form).access).toMatchObject({ role: 'deploy-web', ...access });
  });

  test.each([
    { name: 'one line feed', given: 'a.b.c\n', read: 'a.b.c' },
    { name: 'one CR LF', given: 'a.b.c\r\n', read: 'a.b.c' },
    { name: 'the first of two line feeds not', given: 'a.b.c\n\n', read: 'a.b.c\n' },
    { name: 'a space not', given: 'a.b.c ', read: 'a.b.c ' },
    { name: 'a line feed in front not', given: '\na.b.c', read: '\na.b.c' },
  ])('of what follows the subject token, $name is trimmed', ({ given, read }) => {
    expect(parse({ subject_token: given }).subjectToken).toBe(read);
  });

  describe('a broker at sts.<universe> is the STS of that universe', () => {
    const provider = (host: string) =>
      `//${host}/projects/1/locations/global/workloadIdentityPools/kite-sts/providers/deploy-web`;
    const asked = (url: string, host: string, scope: string) =>
      parse({ audience: provider(host), scope }, {}, url).access;
    const own = 'https://www.test.example/auth/cloud-platform';
    const googles = 'https://www.googleapis.com/auth/cloud-platform';

    test('whose scopes are those of Google under another name', () => {
      expect(asked('https://sts.test.example', 'iam.test.example', `${own} openid`)).toMatchObject({
        role: 'deploy-web',
        scopes: [googles, 'openid'],
      });
    });

    test('while in Google’s own they are what they are', () => {
      expect(asked('https://sts.test.example', 'iam.googleapis.com', own).scopes).toEqual([own]);
      expect(parse({ scope: own }).access.scopes).toEqual([own]);
    });

    test.each([
      'https://broker.test.example',
      'https://sts.test.example:8443',
      'https://sts.eu.test.example',
    ])('and one at %s is not', url => {
      expect(faultOf(() => asked(url, 'iam.test.example', own))).toEqual([
        'role_parameter_holds_audience',
        'audience',
      ]);
    });
  });

  test('a Basic header says nothing of the caller and is ignored', () => {
    expect(parse({}, { authorization: 'Basic MzI1NTU6bm90c2VjcmV0' }).access.role).toBe('deploy-web');
  });
});

describe('what is asked for is refused', () => {
  test.each<{ name: string; form: Form; fault: readonly [Code, string] }>([
    ...['grant_type', 'subject_token', 'subject_token_type', 'audience'].map(at => ({
      name: `without ${at}`,
      form: { [at]: undefined },
      fault: ['parameter_missing', at] as const,
    })),
    ...['grant_type', 'subject_token', 'subject_token_type', 'audience'].map(at => ({
      name: `with an empty ${at}, which is as if it were left out`,
      form: { [at]: '' },
      fault: ['parameter_missing', at] as const,
    })),
    {
      name: 'T56: with a resource, which is a target that we do not know (RFC 8693 §2.2.2)',
      form: { resource: 'https://api.acme.example' },
      fault: ['target_unsupported', 'resource'],
    },
    ...['actor_token', 'actor_token_type'].map(at => ({
      name: `T56: with ${at}`,
      form: { [at]: 'x' },
      fault: ['parameter_unsupported', at] as const,
    })),
    ...[
      'https://sts.amazonaws.com',
      'sts.amazonaws.com',
      'api://AzureADTokenExchange',
      '//iam.googleapis.com/projects/1',
      '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/another/providers/deploy-web',
      '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/kite-sts/providers/a/b',
      '//iam.another.example/projects/1/locations/global/workloadIdentityPools/kite-sts/providers/deploy-web',
      '//iam.sts.test.example/projects/1/locations/global/workloadIdentityPools/kite-sts/providers/deploy-web',
      '//iam.Test.example/projects/1/locations/global/workloadIdentityPools/kite-sts/providers/deploy-web',
    ].map(audience => ({
      name: `the audience of a token where the role belongs: ${audience}`,
      form: { audience },
      fault: ['role_parameter_holds_audience', 'audience'] as const,
    })),
    ...['Deploy-Web', 'deploy_web', 'deploy web', 'a'.repeat(65), 'rôle', '%2e%2e', 'deploy\u0000'].map(
      audience => ({
        name: `T43: no name of a role: ${JSON.stringify(audience)}`,
        form: { audience },
        fault: ['parameter_invalid', 'audience'] as const,
      }),
    ),
    ...['..', '../deploy-web', 'roles/deploy-web', 'deploy-web.yml'].map(audience => ({
      name: `T43: a path where the role belongs: ${audience}`,
      form: { audience },
      fault: ['role_parameter_holds_audience', 'audience'] as const,
    })),
    ...['0', '-1', '1.5', '9e2', ' 900', '0900', '0x384', '1000000', 'Infinity'].map(expires_in => ({
      name: `expires_in of ${expires_in}`,
      form: { expires_in },
      fault: ['parameter_invalid', 'expires_in'] as const,
    })),
    ...['a  b', ' a', 'a ', 'a\tb', 'a"b', 'a\\b', 'ä', 'a\nb', 'a'.repeat(1025), MANY].map(scope => ({
      name: `a scope of ${JSON.stringify(scope).slice(0, 20)}`,
      form: { scope },
      fault: ['parameter_invalid', 'scope'] as const,
    })),
    ...['access_token', 'refresh_token', 'saml2', 'JWT'].map(type => ({
      name: `a subject_token_type of ${type}`,
      form: { subject_token_type: TYPE + type },
      fault: ['parameter_invalid', 'subject_token_type'] as const,
    })),
    ...['refresh_token', 'id_token', 'saml2'].map(type => ({
      name: `a requested_token_type of ${type}`,
      form: { requested_token_type: TYPE + type },
      fault: ['parameter_invalid', 'requested_token_type'] as const,
    })),
    ...['client_credentials', 'urn:ietf:params:oauth:grant-type:jwt-bearer'].map(grant_type => ({
      name: `a grant_type of ${grant_type}`,
      form: { grant_type },
      fault: ['grant_type_unsupported', 'grant_type'] as const,
    })),
  ])('$name', ({ form, fault }) => {
    expect(faultOf(() => parse(form))).toEqual(fault);
  });

  test.each(['Bearer a.b.c', 'bearer a.b.c', ' BEARER a.b.c', 'Bearer'])(
    'T57: a token in a second place, Authorization: %s',
    authorization => {
      expect(faultOf(() => parse({}, { authorization }))).toEqual(['parameter_unsupported', 'Authorization']);
    },
  );
});
