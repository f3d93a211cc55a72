import { describe, expect, test } from 'vitest';
import { gatherDumps, migrateAll } from '../../lib/estate/gather.ts';
import type { MigratedRole } from '../../lib/estate/migrated-role.ts';
import { writeReportHtml } from '../../lib/estate/report/html.ts';
import { describeMigration } from '../../lib/estate/report/model.ts';
import { SETTING } from './aws/migrated.ts';
import { GITHUB_HOST, small } from './dumps.ts';

const GITHUB = `https://${GITHUB_HOST}`;
const POOL = 'projects/123/locations/global/workloadIdentityPools/ci-pool';
const ACCOUNT = 'deploy@acme-prod.iam.gserviceaccount.com';

/** As `gcloud iam workload-identity-pools providers list --format json` prints it. */
const provider = (more: object = {}) => [
  {
    name: `${POOL}/providers/github`,
    state: 'ACTIVE',
    oidc: { issuerUri: GITHUB },
    attributeMapping: { 'google.subject': 'assertion.sub', 'attribute.repository': 'assertion.repository' },
    attributeCondition: "assertion.repository_owner == 'acme'",
    ...more,
  },
];
/** As `gcloud asset search-all-iam-policies --format json` prints it. */
const bound = (
  which: string,
  resource = `//iam.googleapis.com/projects/acme-prod/serviceAccounts/${ACCOUNT}`,
) => [
  {
    resource,
    policy: {
      bindings: [
        {
          role: 'roles/iam.workloadIdentityUser',
          members: [
            `${which === '*' || which.startsWith('attribute') || which.startsWith('group') ? 'principalSet' : 'principal'}://iam.googleapis.com/${POOL}/${which}`,
            'user:a@acme.example',
          ],
        },
      ],
    },
  },
];

const files = (named: { readonly [path: string]: unknown }) =>
  Object.entries(named).map(([path, value]) => ({
    path,
    text: typeof value === 'string' ? value : JSON.stringify(value),
  }));
const gathered = (named: { readonly [path: string]: unknown }, given = {}) =>
  migrateAll(gatherDumps(files(named)), SETTING, {
    issuer: undefined,
    app: undefined,
    owner: undefined,
    ...given,
  });
const one = (named: { readonly [path: string]: unknown }, given = {}): MigratedRole => {
  const { roles } = gathered(named, given);
  const [first] = roles;
  if (!first || roles.length !== 1) throw new Error(`${roles.length} trusts`);
  return first;
};
const told = ({ danger, proposed }: MigratedRole) => [danger, proposed?.verdict.is];

describe('Google Cloud:', () => {
  test.each<[says: string, provider: unknown, member: string, expected: unknown[]]>([
    ['a repository', provider(), 'attribute.repository/acme/web', ['outsider', 'same']],
    ['a subject', provider(), 'subject/repo:acme/web:ref:refs/heads/main', ['outsider', 'same']],
    ['a whole pool with a condition', provider(), '*', ['outsider', 'same']],
    ['a whole pool without one: anyone', provider({ attributeCondition: '' }), '*', ['anyone', undefined]],
    [
      'a condition that is not read',
      provider({ attributeCondition: 'assertion.ref.matches("a")' }),
      'attribute.repository/acme/web',
      ['outsider', undefined],
    ],
    ['a group', provider(), 'group/x', ['outsider', undefined]],
  ])('%s', (_says, pool, member, expected) => {
    expect(told(one({ 'p.json': pool, 'b.json': bound(member) }))).toEqual(expected);
  });

  test('the role is for the service account, by a provider of the broker in the same pool', () => {
    const { proposed } = one({ 'p.json': provider(), 'b.json': bound('attribute.repository/acme/web') });
    expect(proposed?.role.template).toMatchObject({
      kind: 'gcp',
      audience: `//iam.googleapis.com/${POOL}/providers/kite-sts`,
      service_account: ACCOUNT,
    });
  });

  test('a policy that does not tell whose it is has the name of its file', () => {
    const [{ policy } = { policy: {} }] = bound('attribute.repository/acme/web');
    expect(one({ 'p.json': provider(), [`${ACCOUNT}.json`]: policy }).proposed?.role.template).toMatchObject({
      service_account: ACCOUNT,
    });
    expect(one({ 'p.json': provider(), 'project.json': policy }).proposed).toBeUndefined();
  });

  test.each<[says: string, more: object]>([
    ['off', { disabled: true }],
    ['deleted', { state: 'DELETED' }],
    ['of another pool', { name: `${POOL.replace('ci-pool', 'other')}/providers/x` }],
  ])('a provider that is %s lets nobody in', (_says, more) => {
    expect(gathered({ 'p.json': provider(more), 'b.json': bound('*') }).roles).toEqual([]);
  });
});

const APP = '11111111-2222-3333-4444-555555555555';
/** As `az ad app federated-credential list -o json` prints them. */
const credential = (more: object = {}) => [
  {
    id: 'x',
    name: 'main',
    issuer: GITHUB,
    subject: 'repo:acme/web:ref:refs/heads/main',
    audiences: ['api://AzureADTokenExchange'],
    description: '',
    ...more,
  },
];
const SHOWN = { id: 's', tenantId: '99999999-2222-3333-4444-555555555555', user: {} };

describe('Entra:', () => {
  test.each<[says: string, credential: unknown, expected: unknown[]]>([
    ['a subject', credential(), ['outsider', 'same']],
    [
      'an expression',
      credential({
        subject: undefined,
        claimsMatchingExpression: { value: "claims['sub'] matches 'repo:acme/web:*'", languageVersion: 1 },
      }),
      ['outsider', 'same'],
    ],
    [
      'an expression for any owner',
      credential({
        subject: undefined,
        claimsMatchingExpression: { value: "claims['sub'] matches 'repo:acme*'", languageVersion: 1 },
      }),
      ['anyone', undefined],
    ],
    [
      'an expression that is not read',
      credential({
        subject: undefined,
        claimsMatchingExpression: { value: "claims['sub'] like 'x'", languageVersion: 1 },
      }),
      ['anyone', undefined],
    ],
  ])('%s', (_says, value, expected) => {
    expect(told(one({ [`${APP}.json`]: value, 'account.json': SHOWN }))).toEqual(expected);
  });

  test('Graph names the application, and the role is for it', () => {
    const value = {
      value: [{ appId: APP, displayName: 'Deploy', federatedIdentityCredentials: credential() }],
    };
    expect(one({ 'apps.json': value, 'account.json': SHOWN }).proposed?.role.template).toMatchObject({
      kind: 'azure',
      client_id: APP,
    });
    expect(one({ 'apps.json': value }).proposed).toBeUndefined();
  });
});

/** As `vault read -format=json auth/jwt/role/NAME` prints it. */
const vaultRole = (more: object = {}) => ({
  request_id: 'x',
  data: {
    role_type: 'jwt',
    user_claim: 'sub',
    bound_audiences: ['vault'],
    bound_claims_type: 'string',
    bound_claims: { project_path: 'acme/web', ref: 'main', ref_type: 'branch' },
    ...more,
  },
});
const CONFIG = { data: { bound_issuer: 'https://gitlab.com', oidc_discovery_url: 'https://gitlab.com' } };

describe('Vault:', () => {
  test.each<[says: string, role: object, expected: unknown[]]>([
    ['claims', vaultRole(), ['colleague', 'same']],
    [
      'a glob',
      vaultRole({ bound_claims_type: 'glob', bound_claims: { project_path: 'acme/web', ref: 'release-*' } }),
      ['colleague', 'same'],
    ],
    [
      'a list',
      vaultRole({ bound_claims: { project_path: ['acme/web', 'acme/api'] } }),
      ['colleague', 'same'],
    ],
    ['another claim for its user', vaultRole({ user_claim: 'user_login' }), ['colleague', 'same']],
    ['nothing at all', vaultRole({ bound_claims: {} }), ['anyone', undefined]],
    ['groups', vaultRole({ groups_claim: 'groups' }), ['colleague', undefined]],
  ])('%s', (_says, role, expected) => {
    expect(told(one({ 'web.json': role, 'config.json': CONFIG }))).toEqual(expected);
  });

  test('whose issuer is in the config of the mount, or given', () => {
    expect(one({ 'web.json': vaultRole() }, { issuer: 'https://gitlab.com' }).proposed?.verdict.is).toBe(
      'same',
    );
    expect(one({ 'web.json': vaultRole() }).proposed).toBeUndefined();
  });
});

const OCTO = `issuer: ${GITHUB}\nsubject_pattern: "repo:acme/web:.*"\npermissions: { contents: read }\n`;

describe('octo-sts:', () => {
  const path = 'checkouts/acme/web/.github/chainguard/release.sts.yaml';
  test.each<[says: string, text: string, expected: unknown[]]>([
    ['a pattern', OCTO, ['outsider', 'same']],
    [
      'a subject',
      OCTO.replace('subject_pattern: "repo:acme/web:.*"', 'subject: repo:acme/web:ref:refs/heads/main'),
      ['outsider', 'same'],
    ],
    ['claims', `${OCTO}claim_pattern: { event_name: push, ref: refs/heads/main }\n`, ['expected', 'same']],
    ['a pattern for any owner', OCTO.replace('acme/web:', 'acme'), ['anyone', undefined]],
  ])('%s', (_says, text, expected) => {
    expect(told(one({ [path]: text }, { app: 'Iv1', owner: 'acme' }))).toEqual(expected);
  });

  test('the role is for the repository that the file lies in', () => {
    expect(one({ [path]: OCTO }, { app: 'Iv1', owner: 'acme' }).proposed?.role.template).toMatchObject({
      kind: 'github',
      repositories: ['web'],
    });
  });

  test('what octo-sts refuses lets nobody in', () => {
    expect(gathered({ [path]: 'issuer: x\nunknown: y\n' }).roles).toEqual([]);
  });
});

test('all of it is one report, the worst first', () => {
  const all = gathered(
    {
      'aws.json': small(),
      'p.json': provider({ attributeCondition: '' }),
      'b.json': bound('*'),
      [`${APP}.json`]: credential(),
      'web.json': vaultRole(),
      'config.json': CONFIG,
      'r/.github/chainguard/x.sts.yaml': OCTO,
    },
    { app: 'Iv1', owner: 'acme' },
  );
  expect(all.roles.slice(0, 3).map(({ danger }) => danger)).toEqual(['anyone', 'anyone', 'anyone']);
  expect(new Set(all.roles.flatMap(({ proposed }) => proposed?.role.template.kind ?? []))).toEqual(
    new Set(['aws', 'github', 'jwt']),
  );
  const html = writeReportHtml(describeMigration(all));
  expect(html).toContain('role web of Vault');
});
