import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { type Attack, attack, CLAIMS, unsigned } from './harness.ts';

function madeUp(kid: string): string {
  return unsigned({ alg: 'RS256', kid }, CLAIMS, 'AAAA');
}
const next = generateKeyPairSync('rsa', { modulusLength: 2048 });
const nextJwk = { ...next.publicKey.export({ format: 'jwk' }), kid: 'next', alg: 'RS256' };
function honest() {
  return new SignJWT({ ...CLAIMS }).setProtectedHeader({ alg: 'RS256', kid: 'next' }).sign(next.privateKey);
}

/** Through the keys of an issuer: by who sends tokens, and by who publishes. */
export const attacks: readonly Attack[] = [
  attack('T03', 'a key of the attacker in the header', 'token_malformed', async ({ ask }) =>
    ask({
      subject_token: await new SignJWT({ ...CLAIMS })
        .setProtectedHeader({ alg: 'RS256', kid: 'next', jwk: nextJwk } as never)
        .sign(next.privateKey),
    }),
  ),
  attack(
    'D11',
    'one made-up key id right before a rotation, against the next honest job',
    'issued',
    async ({ ask, askAs, publish, issuer }) => {
      await askAs({});
      await ask({ subject_token: madeUp('x') });
      publish([issuer.jwk, nextJwk]);
      return ask({ subject_token: await honest() });
    },
  ),
  attack(
    'D11',
    'a flood of made-up key ids, against the next honest job, and half a minute later',
    'issuer_keys_pending, issued, asked 5 times',
    async ({ ask, askAs, publish, issuer, wait, asked }) => {
      await askAs({});
      for (let n = 0; n < 20; n++) await ask({ subject_token: madeUp(`x-${n}`) });
      publish([issuer.jwk, nextJwk]);
      const at = await ask({ subject_token: await honest() });
      wait(30);
      return `${at}, ${await ask({ subject_token: await honest() })}, asked ${asked()} times`;
    },
  ),
  attack('D10', 'an issuer that lists its key twice', 'issued', async ({ askAs, publish, issuer }) => {
    const { alg: _, ...bare } = issuer.jwk;
    publish([issuer.jwk, bare, issuer.jwk]);
    return askAs({});
  }),
  attack(
    'T15',
    'a second key under the id of the first',
    'issuer_keys_unavailable',
    async ({ askAs, publish, issuer }) => {
      publish([issuer.jwk, { ...nextJwk, kid: issuer.jwk.kid }]);
      return askAs({});
    },
  ),
  attack(
    'D18',
    'a modulus that is a power of three',
    'issuer_keys_unavailable',
    async ({ askAs, publish, issuer }) => {
      const n = Buffer.from((3n ** 1_293n).toString(16).padStart(514, '0'), 'hex');
      publish([{ ...issuer.jwk, n: n.subarray(n.findIndex(byte => byte !== 0)).toString('base64url') }]);
      return askAs({});
    },
  ),
];
