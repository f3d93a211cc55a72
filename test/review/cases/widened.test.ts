import { expect, test } from 'vitest';
import { createWidened } from '../../../lib/review/cases/widened.ts';
import { eventSetting } from '../../harness/job-events.ts';
import { BUILDKITE, PROVIDER, roleFrom } from '../../harness/policy.ts';
import { registryFrom } from '../../harness/registry.ts';

function trust(...scopes: string[]): string {
  return `trust:\n${scopes
    .map(
      (each, at) =>
        `  - { iss: ${BUILDKITE}, id: s${at}, scopes: [${each}], claims: { organization_slug: acme } }\n`,
    )
    .join('')}`;
}
const AWS = 'aws: { role_arn: "arn:aws:iam::123456789012:role/web"';
function ids(yaml: string): string[] {
  return createWidened(roleFrom(yaml)).map(({ id }) => id);
}

test('P28: each scope that another statement has is given too', () => {
  expect(ids(trust('read', 'read, write'))).toEqual(['s0: scopes with "write"']);
  expect(
    createWidened(roleFrom(trust('read', 'write'))).map(({ policy }) =>
      policy.trust.map(({ scopes }) => scopes),
    ),
  ).toEqual([
    [['read', 'write'], ['write']],
    [['read'], ['write', 'read']],
  ]);
});

test('P28: each scope that the permissions of an App name', () => {
  const github = `${trust('read')}github: { app: Iv1.a, owner: acme, repositories: [web], permissions: { read: { contents: read }, write: { contents: write } } }\n`;
  expect(ids(github)).toEqual(['s0: scopes with "write"']);
});

const SAYING = `trust: [{ iss: ${BUILDKITE}, claims: { organization_slug: acme } }]\n`;

test.each([
  [
    'a length of its own',
    `${SAYING}session: { seconds: 1800 }\n${AWS} }\n`,
    ['session: max_seconds of 3600'],
  ],
  [
    'a greatest length of its own',
    `${SAYING}session: { seconds: 900, max_seconds: 1200 }\n${AWS}, via: web_identity }\n`,
    ['session: max_seconds of 43200'],
  ],
  ['none', `${SAYING}${AWS} }\n`, []],
  ['the greatest there is', `${SAYING}session: { max_seconds: 43200 }\n${AWS}, via: web_identity }\n`, []],
  [
    'one, and is disabled',
    `disabled: it is being moved\n${SAYING}session: { seconds: 1800 }\n${AWS} }\n`,
    [],
  ],
])('P28: of a role that says %s', (_name, yaml, expected) => {
  expect(ids(yaml)).toEqual(expected);
});

const APPROVED = 'approval: { step: release, by: [alice], within: 1h }\n';

test.each([
  ['running', 'running: true\n', '', ['running: dropped']],
  ['an approval', APPROVED, '', ['approval: dropped']],
  ['both', `running: true\n${APPROVED}`, '', ['running: dropped', 'approval: dropped']],
  [
    'running, as its issuer does anyway',
    `running: true\n${APPROVED}`,
    '\n  running: true',
    ['approval: dropped'],
  ],
  ['it, and is disabled', `disabled: it is being moved\nrunning: true\n`, '', []],
])('T87: of a role that demands %s', (_name, demands, more, expected) => {
  const role = roleFrom(`${demands}${SAYING}${PROVIDER}\n`, eventSetting(more));
  const widened = createWidened(role).filter(({ by }) => 'demand' in by);
  expect(widened.map(({ id }) => id)).toEqual(expected);
  for (const { by, policy } of widened)
    expect(policy).toEqual({ ...role, [(by as { demand: string }).demand]: undefined });
});

test('P28: each scope that the methods of a registry name', () => {
  const registry = registryFrom(
    `audience: https://npm.test.example\npath: /npm\n${trust('read')}methods: { GET: read, PUT: write }\n`,
  );
  expect(createWidened(registry).map(({ id }) => id)).toEqual(['s0: scopes with "write"']);
});
