import { listClaimTypes, type Preset, REGISTERED, TIMES } from './preset.ts';

/**
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html: tokens of
 * GetWebIdentityToken. The issuer is the account's; `sub` is the ARN of the role, and the rest is nested.
 */
export const awsSts: Preset = {
  issuer: undefined,
  customer: {
    form: 'https://<id>.tokens.sts.global.api.aws',
    pattern: /^https:\/\/[\w-]+\.tokens\.sts\.global\.api\.aws$/,
  },
  owns: /^https:\/\/[^/]+\.tokens\.sts\.global\.api\.aws(\/|$)/i,
  jwks: issuer => `${issuer}/.well-known/jwks.json`,
  algorithms: ['RS256', 'ES384'],
  maxTokenLifetime: 3600,
  binding: [],
  vocabulary: {
    claims: listClaimTypes({ string: REGISTERED, object: 'https://sts.amazonaws.com/', number: TIMES }),
    prefixes: {},
  },
  nullable: [],
  onRequest: undefined,
  session: { group: 'sub', run: 'iat', job: 'jti' },
  pipelineId: undefined,
  labels: { pipeline: 'sub', job: 'jti' },
};
