import type { Claims } from '../../policy/claims.ts';

/** The claims of a plain job of an issuer, so that a witness reads like a token that could come. */
export const sampleOf = (_issuer: string): Claims => ({});
