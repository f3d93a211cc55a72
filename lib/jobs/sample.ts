import type { Claims } from '../policy/claims.ts';
import { findPreset } from '../token/presets.ts';
import { createPlainJob } from './scenarios.ts';

/** The claims of a plain job of an issuer, so that a witness reads like a token that could come. */
export function findSampleClaims(issuer: string): Claims {
  return createPlainJob(findPreset(issuer));
}
