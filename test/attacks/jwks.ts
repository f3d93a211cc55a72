import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { type Attack, CLAIMS, unsigned } from './harness.ts';

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
  {
    of: 'T03',
    tried: 'a key of the attacker in the header',
    send: async ({ ask }) =>
      ask({
        subject_token: await new SignJWT({ ...CLAIMS })
          .setProtectedHeader({ alg: 'RS256', kid: 'next', jwk: nextJwk } as never)
          .sign(next.privateKey),
      }),
    got: 'token_malformed',
  },
  {
    of: 'D11',
    tried: 'one made-up key id right before a rotation, against the next honest job',
    send: async ({ ask, askAs, publish, issuer }) => {
      await askAs({});
      await ask({ subject_token: madeUp('x') });
      publish([issuer.jwk, nextJwk]);
      return ask({ subject_token: await honest() });
    },
    got: 'issued',
  },
  {
    of: 'D11',
    tried: 'a flood of made-up key ids, against the next honest job, and half a minute later',
    send: async ({ ask, askAs, publish, issuer, wait, asked }) => {
      await askAs({});
      for (let n = 0; n < 20; n++) await ask({ subject_token: madeUp(`x-${n}`) });
      publish([issuer.jwk, nextJwk]);
      const at = await ask({ subject_token: await honest() });
      wait(30);
      return `${at}, ${await ask({ subject_token: await honest() })}, asked ${asked()} times`;
    },
    got: 'issuer_keys_pending, issued, asked 5 times',
  },
  {
    of: 'D10',
    tried: 'an issuer that lists its key twice',
    send: async ({ askAs, publish, issuer }) => {
      const { alg: _, ...bare } = issuer.jwk;
      publish([issuer.jwk, bare, issuer.jwk]);
      return askAs({});
    },
    got: 'issued',
  },
  {
    of: 'T15',
    tried: 'a second key under the id of the first',
    send: async ({ askAs, publish, issuer }) => {
      publish([issuer.jwk, { ...nextJwk, kid: issuer.jwk.kid }]);
      return askAs({});
    },
    got: 'issuer_keys_unavailable',
  },
  {
    of: 'D18',
    tried: 'a modulus that is a power of three',
    send: async ({ askAs, publish, issuer }) => {
      const n = Buffer.from((3n ** 1_293n).toString(16).padStart(514, '0'), 'hex');
      publish([{ ...issuer.jwk, n: n.subarray(n.findIndex(byte => byte !== 0)).toString('base64url') }]);
      return askAs({});
    },
    got: 'issuer_keys_unavailable',
  },
];
