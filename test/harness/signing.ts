import type { AppSigners } from '../../lib/keys/apps.ts';
import { createLocalSigner } from '../../lib/keys/local.ts';
import type { Signer } from '../../lib/keys/signer.ts';
import type { Discovery } from '../../lib/protocols/discovery.ts';
import {
  createClaimSigner,
  FEDERATION_TOKEN,
  type SaidClaims,
  type SigningSetting,
} from '../../lib/providers/signed.ts';
import { AUDIENCE, NOW } from './policy.ts';

const signer = createLocalSigner();

/** How a provider signs in tests. */
export const SIGNING: SigningSetting = { issuer: AUDIENCE, signer, randomId: () => 'one-of-a-kind' };

/** The claims of our JWT for a role of the tests that is asked for at NOW. */
export function ourClaims(aud: string, changes: object = {}): object {
  const times = { iat: NOW, nbf: NOW, exp: NOW + 300 };
  return { iss: AUDIENCE, sub: 'role:tested', aud, ...times, jti: 'one-of-a-kind', ...changes };
}

/** What clouds know of that issuer. */
export const TRUSTED: Discovery = {
  url: AUDIENCE,
  audience: AUDIENCE,
  publicKeys: () => signer.publicKeys(),
};

/** What signs as every app in tests. */
export const APP_SIGNER = createLocalSigner();
export const APPS: AppSigners = () => APP_SIGNER;

const broken: Signer = { ...signer, sign: () => Promise.reject(new Error('the key is gone')) };
/** The same with a key that cannot be used. */
export const BROKEN_SIGNING: SigningSetting = { ...SIGNING, signer: broken };

/** The same by an issuer that nobody was told of. */
export const UNTRUSTED_SIGNING: SigningSetting = { ...SIGNING, issuer: 'https://a.example' };

/** The same with a key that nobody published. */
export const STRANGE_SIGNING: SigningSetting = { ...SIGNING, signer: createLocalSigner() };

export type Mint = (said?: Partial<SaidClaims>, using?: SigningSetting, now?: number) => Promise<string>;

let minted = 0;
/** What mints our JWTs for this audience, each with an id of its own; a test says what is odd about one. */
export function createMint(audience: string, seconds = 300): Mint {
  return async (said = {}, using = SIGNING, now = NOW) => {
    const sign = createClaimSigner({ ...using, randomId: () => `minted-${++minted}` });
    const whole = { subject: 'role:deploy', audience, seconds, ...said };
    return (await sign(FEDERATION_TOKEN, whole, now)).token;
  };
}
