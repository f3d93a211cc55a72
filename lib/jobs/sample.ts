import type { Claims } from '../policy/claims.ts';
import { presetOf } from '../token/presets.ts';
import { plainJob } from './scenarios.ts';

/** The claims of a plain job of an issuer, so that a witness reads like a token that could come. */
export function sampleOf(issuer: string): Claims {
  return plainJob(presetOf(issuer));
}
