import { describe, expect, test } from 'vitest';
import type { GcpTarget } from '../../../lib/policy/targets/gcp.ts';
import { grantFor } from '../../harness/grant.ts';
import { BUILDKITE, buildkiteClaims, decideFor, refusalsOf, roleFrom, saidOf } from '../../harness/policy.ts';
import { takeWhole, testRefusals } from '../../harness/refusals.ts';
import { table } from '../../harness/table.ts';

const PROVIDER =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/ci-pool/providers/kite-sts';
const EVERYTHING = 'https://www.googleapis.com/auth/cloud-platform';
const AUTH = 'https://www.googleapis.com/auth/';
const STORAGE = `${AUTH}devstorage.read_only`;
const LOGGING = 'https://www.googleapis.com/auth/logging.write';

/** A role with these lines under `gcp:`, whose audience is on line 6; they begin on line 7, column 3. */
function gcp(...lines: string[]): string {
  return [
    'trust:',
    `  - iss: ${BUILDKITE}`,
    '    claims: { organization_slug: my-organization, pipeline_slug: my-pipeline }',
    `  - { iss: ${BUILDKITE}, organization_slug: my-organization, pipeline_slug: other }`,
    'gcp:',
    `  audience: ${PROVIDER}`,
    ...lines.map(line => `  ${line}`),
    '',
  ].join('\n');
}

/** The same, where the first statement has scopes of its own. */
function scoped(scopes: string, ...lines: string[]): string {
  return gcp(...lines).replace(
    'pipeline_slug: my-pipeline }',
    `pipeline_slug: my-pipeline }\n    scopes: ${scopes}`,
  );
}

test('T51: a target holds what the reviewed role says, and its subject is the role', () => {
  expect(grantFor<GcpTarget>(gcp()).target).toEqual({
    kind: 'gcp',
    audience: PROVIDER,
    subject: 'role:tested',
    serviceAccount: undefined,
    delegates: [],
  });
  const full = gcp(
    'service_account: a@b.iam.gserviceaccount.com',
    'delegates: [c@b.iam.gserviceaccount.com]',
  );
  expect(grantFor<GcpTarget>(full).target).toMatchObject({
    serviceAccount: 'a@b.iam.gserviceaccount.com',
    delegates: ['c@b.iam.gserviceaccount.com'],
  });
});

describe('scopes', () => {
  const listed = `scopes: [${STORAGE}, ${LOGGING}]`;
  const decided = (yaml: string, scopes?: readonly string[]) =>
    decideFor(roleFrom(yaml), buildkiteClaims(), { access: { scopes } });
  const granted = (yaml: string, scopes?: readonly string[]) => {
    const decision = decided(yaml, scopes);
    return decision.allowed ? decision.grant.scopes : decision.reason;
  };

  test.each<[name: string, yaml: string, scopes: string[], asked?: string[]]>([
    ['are all of Google Cloud when the role lists none', gcp(), [EVERYTHING]],
    ['of a client of Google are taken', gcp(), [EVERYTHING], [EVERYTHING]],
    ['are those of the role', gcp(listed), [STORAGE, LOGGING]],
    ['may be fewer than those of the role', gcp(listed), [LOGGING], [LOGGING]],
    ['of a statement are fewer', scoped(`[${LOGGING}]`, listed), [LOGGING]],
    ['of a statement are narrower', scoped(`[${LOGGING}]`), [LOGGING]],
    ['are narrower ones of Google Cloud', gcp(), [STORAGE], [STORAGE]],
    [
      'of @google-cloud/storage are all of them',
      gcp(),
      [`${AUTH}iam`, EVERYTHING, `${AUTH}devstorage.full_control`],
      [`${AUTH}iam`, EVERYTHING, `${AUTH}devstorage.full_control`],
    ],
    ['of Terraform are those of Google Cloud', gcp(), [EVERYTHING], [EVERYTHING, `${AUTH}userinfo.email`]],
    [
      'of gcloud are those of Google Cloud',
      gcp(),
      [EVERYTHING, `${AUTH}appengine.admin`, `${AUTH}sqlservice.login`, `${AUTH}compute`],
      [
        'openid',
        `${AUTH}userinfo.email`,
        EVERYTHING,
        `${AUTH}appengine.admin`,
        `${AUTH}sqlservice.login`,
        `${AUTH}compute`,
      ],
    ],
    [
      'of @google-cloud/bigquery lose Drive',
      gcp(),
      [`${AUTH}bigquery`],
      [`${AUTH}bigquery`, `${AUTH}drive.readonly`],
    ],
    [
      'beyond those that the role lists are left out',
      gcp(listed),
      [STORAGE],
      [EVERYTHING, STORAGE, `${AUTH}devstorage.full_control`],
    ],
  ])('%s', (_name, yaml, scopes, asked) => {
    expect(granted(yaml, asked)).toEqual(scopes);
  });

  test.each<{ name: string; yaml: string; asked: string[] }>([
    { name: 'that the role does not list', yaml: gcp(listed), asked: [EVERYTHING] },
    { name: 'that the statement does not list', yaml: scoped(`[${LOGGING}]`, listed), asked: [STORAGE] },
    ...[
      'openid',
      'email',
      `${AUTH}drive`,
      `${AUTH}spreadsheets`,
      `${AUTH}gmail.send`,
      `${AUTH}admin.directory.user`,
      `${AUTH}userinfo.email`,
      `${AUTH}cloud-identity`,
      `${AUTH}compute.anything`,
      `${EVERYTHING} `,
      STORAGE.toUpperCase(),
    ].map(scope => ({ name: `of something else than Google Cloud: ${scope}`, yaml: gcp(), asked: [scope] })),
  ])('$name are refused', ({ yaml, asked }) => {
    expect(granted(yaml, asked)).toBe('scope_beyond_grant');
  });
});

describe('a session', () => {
  const ACCOUNT = 'service_account: a@b.iam.gserviceaccount.com';
  const withSeconds = (yaml: string, seconds: number) => `session: { seconds: ${seconds} }\n${yaml}`;

  test.each([
    { name: 'of the pool’s principal lasts as long as Google says', yaml: gcp(), seconds: 3600 },
    { name: 'of a service account lasts an hour', yaml: gcp(ACCOUNT), seconds: 3600 },
    { name: 'or twelve', yaml: withSeconds(gcp(ACCOUNT), 43_200), seconds: 43_200 },
    { name: 'or ten minutes', yaml: withSeconds(gcp(ACCOUNT), 600), seconds: 600 },
  ])('$name', ({ yaml, seconds }) => {
    expect(grantFor<GcpTarget>(yaml).seconds).toBe(seconds);
  });

  test.each([
    { name: 'shorter than Google makes it', yaml: withSeconds(gcp(), 900) },
    { name: 'longer than Google makes it', yaml: withSeconds(gcp(), 7200) },
    { name: 'shorter than a service account’s', yaml: withSeconds(gcp(ACCOUNT), 599) },
  ])('$name is refused at load', ({ yaml }) => {
    expect(refusalsOf(yaml)).toEqual(['wrong-value 1:21']);
  });
});

describe('a role of gcp is refused for', () => {
  testRefusals(takeWhole, [
    ['missing-key 6:3', 'no audience', gcp().replace(/ {2}audience.*\n/, '  scopes: [a]\n')],
    [
      'wrong-value 6:13',
      'T51: an audience that is no provider of a pool',
      gcp().replace(PROVIDER, '//iam.googleapis.com/x'),
    ],
    ['wrong-value 6:13', 'T51: an audience with a scheme', gcp().replace(PROVIDER, `https:${PROVIDER}`)],
    [
      'template-refused 6:13, wrong-value 6:13',
      'T51: an audience that a claim names',
      gcp().replace('providers/kite-sts', 'providers/${pipeline_slug}'),
    ],
    [
      'scopes-refused 2:5',
      'a statement with more scopes than the role',
      scoped(`[${EVERYTHING}]`, `scopes: [${LOGGING}]`),
    ],
  ]);

  testRefusals(
    gcp,
    table`
      template-refused 7:20, wrong-value 7:20 | T42: a service account that a claim names | service_account: "\${pipeline_slug}@b.iam.gserviceaccount.com"
      wrong-value 7:20                        | a service account that leads elsewhere    | service_account: a@b.example
      wrong-value 7:20                        | a service account with a path in it       | service_account: "a/../b@c.iam.gserviceaccount.com"
      wrong-value 6:3                         | delegates that lead nowhere               | delegates: [a@b.iam.gserviceaccount.com]
      empty 7:11                              | no scopes at all                          | scopes: []
      wrong-value 7:12                        | a scope with a space                      | scopes: ["a b"]
      unknown-key 7:3                         | a subject of its own                      | subject: admin
    `,
  );

  testRefusals(
    scoped,
    table`
      scopes-refused 2:5 | a statement with scopes of something else than Google Cloud | [${AUTH}drive]
    `,
  );
});

test('a role without the claims is not had', () => {
  expect(saidOf(decideFor(roleFrom(gcp()), buildkiteClaims({ pipeline_slug: 'third' })))).toBe(
    'no_statement_holds',
  );
});
