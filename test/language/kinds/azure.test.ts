import { describe, expect, test } from 'vitest';
import type { AzureTarget } from '../../../lib/policy/targets/azure.ts';
import { grantFor } from '../../harness/grant.ts';
import { BUILDKITE, buildkiteClaims, decideFor, refusalsOf, roleFrom, saidOf } from '../../harness/policy.ts';
import { takeWhole, testRefusals } from '../../harness/refusals.ts';
import { table } from '../../harness/table.ts';

const TENANT = '11111111-2222-4333-8444-555555555555';
const CLIENT = '66666666-7777-4888-8999-000000000000';
const SCOPE = 'https://management.azure.com/.default';

/** A role of azure: its tenant is on line 4, then client and scope; further lines begin on line 7, column 3. */
function azure(...lines: string[]): string {
  return [
    'trust:',
    `  - { iss: ${BUILDKITE}, organization_slug: my-organization, build_branch: main }`,
    'azure:',
    `  tenant_id: ${TENANT}`,
    `  client_id: ${CLIENT}`,
    `  scope: ${SCOPE}`,
    ...lines.map(line => `  ${line}`),
    '',
  ].join('\n');
}

test('T51: a target holds what the reviewed role says, and its subject is the role', () => {
  expect(grantFor<AzureTarget>(azure()).target).toEqual({
    kind: 'azure',
    subject: 'role:tested',
    tenantId: TENANT,
    clientId: CLIENT,
    scope: SCOPE,
    cloud: 'public',
  });
});

test.each(['public', 'us-government', 'china'])('a role may be in the cloud %s', cloud => {
  expect(grantFor<AzureTarget>(azure(`cloud: ${cloud}`)).target.cloud).toBe(cloud);
});

describe('a session lasts as long as Entra says', () => {
  test('which is 90 minutes at most', () => {
    expect(grantFor<AzureTarget>(azure()).seconds).toBe(5400);
  });

  test('unless the role names more, for a tenant with a lifetime policy', () => {
    expect(grantFor<AzureTarget>(`session: { seconds: 43200 }\n${azure()}`).seconds).toBe(43_200);
  });

  test('and a step cannot have it shorter', () => {
    const asked = decideFor(roleFrom(azure()), buildkiteClaims(), { access: { seconds: 3600 } });
    expect(saidOf(asked)).toBe('seconds_below_minimum');
  });

  test('nor a role', () => {
    expect(refusalsOf(`session: { seconds: 3600 }\n${azure()}`)).toEqual(['wrong-value 1:21']);
  });
});

describe('a role of azure is refused for', () => {
  testRefusals(takeWhole, [
    ['missing-key 4:3', 'no tenant', azure().replace(/ {2}tenant.*\n/, '')],
    ['wrong-value 4:14', 'T51: a tenant by its domain', azure().replace(TENANT, 'acme.example')],
    ['wrong-value 4:14', 'T51: a tenant with a path', azure().replace(TENANT, `"${TENANT}/../common"`)],
    [
      'template-refused 5:14, wrong-value 5:14',
      'T42: an application that a claim names',
      azure().replace(CLIENT, '"${pipeline_slug}"'),
    ],
    ['wrong-value 6:10', 'a scope of one permission', azure().replace('/.default', '/user_impersonation')],
    ['wrong-value 6:10', 'two scopes', azure().replace(SCOPE, `"${SCOPE} ${SCOPE}"`)],
    [
      'scopes-refused 2:5',
      'scopes of a statement',
      azure().replace('build_branch: main }', 'build_branch: main, scopes: [a] }'),
    ],
  ]);

  testRefusals(
    azure,
    table`
      wrong-value 7:10 | a cloud that there is not | cloud: germany
      unknown-key 7:3  | an authority of its own   | authority: https://evil.example
    `,
  );
});
