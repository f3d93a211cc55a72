import { expect, test } from 'vitest';
import { listTargetPlaces } from '../../lib/config/places.ts';
import { TRUST } from '../harness/grant.ts';
import { roleFrom } from '../harness/policy.ts';

const POOL =
  '//iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/ci-pool/providers/kite-sts';
const TENANT = '0b1c2d3e-0000-4000-8000-000000000000';
const APP = 'app: Iv23li, repositories: [web], permissions: { read: { contents: read } }';
const SCOPED = TRUST.replace('    claims', '    scopes: [read]\n    claims');
function of(project: string): string {
  return `deploy@${project}.iam.gserviceaccount.com`;
}

test.each<[name: string, role: string, places: readonly string[]]>([
  [
    'the account of an AWS role',
    `${TRUST}aws: { role_arn: "arn:aws:iam::123456789012:role/ci/deploy" }`,
    ['123456789012'],
  ],
  ['the project of a pool', `${TRUST}gcp: { audience: ${POOL} }`, ['123456789']],
  [
    'the projects of a pool and of every service account on the way',
    `${TRUST}gcp: { audience: ${POOL}, service_account: ${of('acme-prod')}, delegates: [${of('hop.acme.example')}] }`,
    ['123456789', 'acme-prod', 'hop.acme.example'],
  ],
  [
    'the address of an account that Google made, which has no project in it',
    `${TRUST}gcp: { audience: ${POOL}, service_account: 123456789-compute@developer.gserviceaccount.com }`,
    ['123456789', '123456789-compute@developer.gserviceaccount.com'],
  ],
  [
    'the tenant of an application',
    `${TRUST}azure: { tenant_id: ${TENANT}, client_id: ${TENANT}, scope: https://management.azure.com/.default }`,
    [TENANT],
  ],
  ['the owner of repositories', `${SCOPED}github: { owner: acme, ${APP} }`, ['acme']],
  ['the number of an installation', `${SCOPED}github: { installation: 42, ${APP} }`, ['42']],
  [
    'the owner of repositories on a server of one’s own, who is somebody else',
    `${SCOPED}github: { owner: acme, ${APP.replace(/app: [^,]+/, 'app: Iv1.server')} }`,
    ['ghe.acme.example/acme'],
  ],
  [
    'the organization of a workload identity',
    `${SCOPED}buildkite: { client_id: wi_1, organization: acme, scopes: [read] }`,
    ['acme'],
  ],
  [
    'the endpoint of a service that federates',
    `${TRUST}oauth: { endpoint: openai, parameters: { identity_provider_id: a, service_account_id: b } }`,
    ['openai'],
  ],
  [
    'the organization of a bot',
    `${SCOPED}buildkite: { app: Iv23li, organization: acme, user: bot@acme.example, scopes: [read] }`,
    ['acme'],
  ],
  [
    'the audience of a JWT',
    `${TRUST}jwt: { audience: https://api.test.example }`,
    ['https://api.test.example'],
  ],
])('a role opens %s', (_name, role, places) => {
  expect(listTargetPlaces(roleFrom(`${role}\n`).template).map(([house]) => house)).toEqual(places);
});
