import { KEY_ID } from '../harness/issuer.ts';
import { NOW } from '../harness/policy.ts';
import { type Attack, CLAIMS, signedByText, unsigned } from './harness.ts';

const RS256 = { alg: 'RS256', kid: KEY_ID };

/** With a token that nobody should take. */
export const attacks: readonly Attack[] = [
  {
    of: 'T01',
    tried: 'alg none',
    send: ({ ask }) => ask({ subject_token: unsigned({ alg: 'none', kid: KEY_ID }, CLAIMS, 'AAAA') }),
    got: 'token_algorithm_refused',
  },
  {
    of: 'T02',
    tried: 'the public key as the secret of an HMAC',
    send: ({ ask, issuer }) =>
      ask({
        subject_token: signedByText({ alg: 'HS256', kid: KEY_ID }, CLAIMS, JSON.stringify(issuer.jwk)),
      }),
    got: 'token_algorithm_refused',
  },
  {
    of: 'T05',
    tried: 'claims of another branch under a real signature',
    send: async ({ ask, issuer }) => {
      const [header = '', , signature = ''] = (await issuer.sign(CLAIMS)).split('.');
      const claims = Buffer.from(JSON.stringify({ ...CLAIMS, build_branch: 'main', pipeline_slug: 'x' }));
      return ask({ subject_token: `${header}.${claims.toString('base64url')}.${signature}` });
    },
    got: 'token_signature_invalid',
  },
  {
    of: 'T08',
    tried: 'a single-use token again, spelled otherwise',
    send: async ({ ask, issuer }) => {
      const token = await issuer.sign(CLAIMS);
      const first = await ask({ audience: 'once', subject_token: token });
      return `${first}, ${await ask({ audience: 'once', subject_token: `${token}=` })}, ${await ask({ audience: 'once', subject_token: token })}`;
    },
    got: 'issued, token_malformed, token_already_used',
  },
  {
    of: 'T09',
    tried: 'one claim twice',
    send: ({ ask, issuer }) =>
      ask({
        subject_token: issuer.forge(
          JSON.stringify(RS256),
          `{"build_branch":"topic",${JSON.stringify(CLAIMS).slice(1)}`,
        ),
      }),
    got: 'token_malformed',
  },
  {
    of: 'T10',
    tried: 'SUB beside sub',
    send: ({ askAs }) => askAs({ SUB: 'somebody' }),
    got: 'token_claims_invalid',
  },
  {
    of: 'T18',
    tried: 'a token of tomorrow',
    send: ({ askAs }) => askAs({ iat: NOW + 86_400, nbf: NOW + 86_400, exp: NOW + 86_700 }),
    got: 'token_not_yet_valid',
  },
  {
    of: 'T20',
    tried: 'a token minted for somebody else',
    send: ({ askAs }) => askAs({ aud: 'sts.amazonaws.com' }),
    got: 'token_audience_differs',
  },
  {
    of: 'T22',
    tried: 'the issuer with a slash behind it',
    send: ({ askAs }) => askAs({ iss: 'https://agent.buildkite.com/' }),
    got: 'token_issuer_unknown',
  },
];
