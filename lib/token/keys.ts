import {
  type CompactJWSHeaderParameters,
  type CryptoKey,
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type FlattenedJWSInput,
  type JWK,
} from 'jose';
import { BrokerError } from '../errors.ts';

/** Finds the key that a token's header names. Throws `token_key_unknown` or `issuer_keys_unavailable`. */
export type KeySource = (header: CompactJWSHeaderParameters, token: FlattenedJWSInput) => Promise<CryptoKey>;

/** How long fetched keys are used, how often an unknown key id may cause a fetch, and a fetch's patience. */
const KEYS_FRESH_MS = 10 * 60 * 1000;
const UNKNOWN_KEY_PAUSE_MS = 30 * 1000;
const FETCH_TIMEOUT_MS = 2000;

const translate =
  (source: KeySource): KeySource =>
  async (header, token) => {
    try {
      return await source(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
        throw new BrokerError('token_key_unknown');
      }
      throw new BrokerError('issuer_keys_unavailable', {
        detail: 'the key set could not be fetched or read',
        cause: error,
      });
    }
  };

/** Keys that stand in broker.yml, or that the local edge hands in. */
export const fixedKeys = (keys: readonly JWK[]): KeySource =>
  translate(createLocalJWKSet({ keys: [...keys] }));

/** Keys fetched from the issuer's pinned JWKS URL. */
export const fetchedKeys = (uri: string): KeySource =>
  translate(
    createRemoteJWKSet(new URL(uri), {
      cacheMaxAge: KEYS_FRESH_MS,
      cooldownDuration: UNKNOWN_KEY_PAUSE_MS,
      timeoutDuration: FETCH_TIMEOUT_MS,
    }),
  );
