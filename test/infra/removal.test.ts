import { describe, expect, test } from 'vitest';
import { findKept, listTrusters, writeLeavingWarning } from '../../infra/removal.ts';
import { inputOf, resourcesFor, templateFor } from '../harness/deploy.ts';
import { TRUST } from '../harness/grant.ts';
import { code, rowsOf } from '../harness/markdown.ts';
import { roleFrom } from '../harness/policy.ts';
import { EVERYTHING } from '../harness/whole.ts';

const GUID = '11111111-2222-4333-8444-555555555555';
const POOL = 'projects/1/locations/global/workloadIdentityPools/pool/providers/kite-sts';
const WEB = 'arn:aws:iam::210987654321:role/by-jwt';
const ASKED = {
  jwt: false,
  also: [
    `aws: { role_arn: ${WEB}, via: web_identity }`,
    `gcp: { audience: //iam.googleapis.com/${POOL} }`,
    `azure: { tenant_id: ${GUID}, client_id: ${GUID}, scope: "https://management.azure.com/.default" }`,
    'jwt: { audience: https://packages.acme.example }',
    'jwt: { audience: https://packages.acme.example }',
  ],
};

describe('what stays after remove', () => {
  test('is what the guide lists, no more and no less', () => {
    const listed = rowsOf('docs/guides/deploy.md', 'what stays').flatMap(([ids = '']) =>
      ids.split(', ').map(code),
    );
    expect(listed.sort()).toEqual(findKept(resourcesFor(EVERYTHING)));
  });

  test('is kept on an update that replaces it, too', () => {
    const { Resources } = templateFor(EVERYTHING).resources;
    expect(findKept(Resources).filter(id => Resources[id]?.UpdateReplacePolicy !== 'Retain')).toEqual([]);
  });

  test('has no name that the next stack could not take on or make anew', () => {
    const { Resources } = templateFor(EVERYTHING).resources;
    // By import: the framework names the log groups of functions, and the plugin writes out that of the table.
    const adopted = ['SwitchTable', 'ExchangeLogGroup', 'AuthorizerLogGroup'];
    const named = findKept(Resources).filter(
      id =>
        Object.keys(Resources[id]?.Properties ?? {}).some(key => key.endsWith('Name')) &&
        !adopted.includes(id),
    );
    expect(named).toEqual([]);
  });
});

describe('T99: who trusts the broker', () => {
  test('is told by what it signs, each once', () => {
    expect(listTrusters(inputOf(ASKED).config)).toEqual([
      `AWS: the OIDC provider in account 210987654321, and ${WEB}`,
      `Azure: the federated credential of ${GUID} in the tenant ${GUID}`,
      `Google Cloud: the provider ${POOL}`,
      'whoever takes tokens for https://packages.acme.example',
    ]);
  });

  test('is nobody who trusts a role of AWS and no name', () => {
    expect(listTrusters(inputOf({ jwt: false }).config)).toEqual([]);
  });

  test('are services that federate, and workload identities of Buildkite', () => {
    const roles = [
      `${TRUST}oauth: { endpoint: openai, parameters: { identity_provider_id: a, service_account_id: b } }\n`,
      `${TRUST}    scopes: [read_builds]\nbuildkite: { client_id: wi_1, organization: acme, scopes: [read_builds] }\n`,
    ].map(each => roleFrom(each));
    expect(listTrusters({ ...inputOf({ jwt: false }).config, roles })).toEqual([
      'Buildkite: the workload identity wi_1 of acme',
      'auth.openai.com: its trust in role:tested (the endpoint openai)',
    ]);
  });

  test('are registries too', () => {
    expect(listTrusters(inputOf({ ...EVERYTHING, jwt: false, targets: [] }).config)).toEqual([
      expect.stringContaining('the registry '),
    ]);
  });

  test.each([
    { name: 'with the name and the list', config: inputOf(ASKED).config, says: POOL },
    { name: 'where nobody is known', config: inputOf({ jwt: false }).config, says: 'former roles' },
    { name: 'where the configuration does not load', config: undefined, says: 'does not load' },
  ])('is warned of, $name', ({ config, says }) => {
    expect(writeLeavingWarning(config)).toContain('is the issuer that others trust');
    expect(writeLeavingWarning(config)).toContain(says);
  });
});
