import { listClaimTypes, type Preset, REGISTERED, TIMES } from './preset.ts';

/** https://circleci.com/docs/openid-connect-tokens: the issuer names the organization, and names hold slashes. */
export const circleci: Preset = {
  issuer: undefined,
  customer: {
    form: 'https://oidc.circleci.com/org/<organization id>',
    pattern: /^https:\/\/oidc\.circleci\.com\/org\/[\w-]+$/,
  },
  owns: /^https:\/\/oidc\.circleci\.com(\/|$)/i,
  jwks: issuer => `${issuer}/.well-known/jwks-pub.json`,
  algorithms: ['RS256'],
  maxTokenLifetime: 3600,
  binding: [],
  vocabulary: {
    claims: listClaimTypes({
      string: `${REGISTERED} oidc.circleci.com/project-id oidc.circleci.com/vcs-origin oidc.circleci.com/vcs-ref oidc.circleci.com/org-id oidc.circleci.com/job-id oidc.circleci.com/pipeline-id oidc.circleci.com/pipeline-definition-id oidc.circleci.com/workflow-id`,
      array: 'oidc.circleci.com/context-ids',
      boolean: 'oidc.circleci.com/ssh-rerun',
      number: TIMES,
    }),
    prefixes: {},
  },
  nullable: [],
  onRequest: undefined,
  session: {
    group: 'oidc.circleci.com/project-id',
    run: 'oidc.circleci.com/pipeline-id',
    job: 'oidc.circleci.com/job-id',
  },
  pipelineId: 'oidc.circleci.com/project-id',
  labels: {
    pipeline: 'oidc.circleci.com/project-id',
    build: 'oidc.circleci.com/pipeline-id',
    branch: 'oidc.circleci.com/vcs-ref',
    job: 'oidc.circleci.com/job-id',
  },
};
