import { KEY_ID } from '../harness/issuer.ts';
import { NOW } from '../harness/policy.ts';
import { type Attack, attack, CLAIMS, signedByText, unsigned } from './harness.ts';

const RS256 = { alg: 'RS256', kid: KEY_ID };

/** With a token that nobody should take. */
export const attacks: readonly Attack[] = [
  attack('T01', 'alg none', 'token_algorithm_refused', ({ ask }) =>
    ask({ subject_token: unsigned({ alg: 'none', kid: KEY_ID }, CLAIMS, 'AAAA') }),
  ),
  attack('T02', 'the public key as the secret of an HMAC', 'token_algorithm_refused', ({ ask, issuer }) =>
    ask({ subject_token: signedByText({ alg: 'HS256', kid: KEY_ID }, CLAIMS, JSON.stringify(issuer.jwk)) }),
  ),
  attack(
    'T05',
    'claims of another branch under a real signature',
    'token_signature_invalid',
    async ({ ask, issuer }) => {
      const [header = '', , signature = ''] = (await issuer.sign(CLAIMS)).split('.');
      const claims = Buffer.from(JSON.stringify({ ...CLAIMS, build_branch: 'main', pipeline_slug: 'x' }));
      return ask({ subject_token: `${header}.${claims.toString('base64url')}.${signature}` });
    },
  ),
  attack(
    'T08',
    'a single-use token again, spelled otherwise',
    'issued, token_malformed, token_already_used',
    async ({ ask, issuer }) => {
      const token = await issuer.sign(CLAIMS);
      const first = await ask({ audience: 'once', subject_token: token });
      return `${first}, ${await ask({ audience: 'once', subject_token: `${token}=` })}, ${await ask({ audience: 'once', subject_token: token })}`;
    },
  ),
  attack('T09', 'one claim twice', 'token_malformed', ({ ask, issuer }) =>
    ask({
      subject_token: issuer.forge(
        JSON.stringify(RS256),
        `{"build_branch":"topic",${JSON.stringify(CLAIMS).slice(1)}`,
      ),
    }),
  ),
  attack('T10', 'SUB beside sub', 'token_claims_invalid', ({ askAs }) => askAs({ SUB: 'somebody' })),
  attack('T18', 'a token of tomorrow', 'token_not_yet_valid', ({ askAs }) =>
    askAs({ iat: NOW + 86_400, nbf: NOW + 86_400, exp: NOW + 86_700 }),
  ),
  attack('T20', 'a token minted for somebody else', 'token_audience_differs', ({ askAs }) =>
    askAs({ aud: 'sts.amazonaws.com' }),
  ),
  attack('T22', 'the issuer with a slash behind it', 'token_issuer_unknown', ({ askAs }) =>
    askAs({ iss: 'https://agent.buildkite.com/' }),
  ),
];
