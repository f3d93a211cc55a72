import { listClaimTypes, type Preset, REGISTERED, TIMES } from './preset.ts';

/**
 * https://cloud.google.com/compute/docs/instances/verifying-instance-identity: one issuer for every Google
 * account there is, service accounts and people. Tokens have no `jti`, so a session is named after the second.
 */
export const google: Preset = {
  issuer: 'https://accounts.google.com',
  customer: undefined,
  owns: /^https:\/\/accounts\.google\.com(\/|$)/i,
  jwks: () => 'https://www.googleapis.com/oauth2/v3/certs',
  algorithms: ['RS256'],
  maxTokenLifetime: 3600,
  binding: [{ anyOf: ['sub', 'email', 'hd'], ownerPrefix: [] }],
  vocabulary: {
    claims: listClaimTypes({
      string: `${REGISTERED} azp email hd`,
      boolean: 'email_verified',
      object: 'google',
      number: TIMES,
    }),
    prefixes: {},
  },
  nullable: [],
  onRequest: undefined,
  session: { group: 'email', run: 'iat', job: 'sub' },
  pipelineId: 'sub',
  labels: { pipeline: 'email' },
};
