import { listClaimTypes, type Preset, REGISTERED, TIMES } from './preset.ts';

/**
 * Azure DevOps pipelines, by `System.OidcRequestUri`. Microsoft documents the endpoint and not the claims:
 * these are of tokens that were shown in public (gravitational/teleport, RFD 211). All organizations share
 * one set of keys, so only `iss` tells them apart. Claims but `sub` are absent from a service connection's token.
 */
export const azureDevops: Preset = {
  issuer: undefined,
  customer: {
    form: 'https://vstoken.dev.azure.com/<organization id>',
    pattern: /^https:\/\/vstoken\.dev\.azure\.com\/[\w-]+$/,
  },
  owns: /^https:\/\/vstoken\.dev\.azure\.com(\/|$)/i,
  jwks: () => 'https://vstoken.dev.azure.com/.well-known/jwks',
  algorithms: ['RS256'],
  maxTokenLifetime: 600,
  binding: [],
  vocabulary: {
    claims: listClaimTypes({
      string: `${REGISTERED} org_id prj_id def_id rpo_id rpo_uri rpo_ver rpo_ref run_id`,
      number: TIMES,
    }),
    prefixes: {},
  },
  nullable: [],
  onRequest: undefined,
  session: { group: 'def_id', run: 'run_id', job: 'run_id' },
  pipelineId: undefined,
  labels: {
    organization: 'org_id',
    pipeline: 'def_id',
    build: 'run_id',
    branch: 'rpo_ref',
    commit: 'rpo_ver',
    job: 'run_id',
  },
};
