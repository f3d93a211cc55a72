import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../lib/config/load.ts';
import {
  compareIssuers,
  compareRoles,
  isWidening,
  type RoleChange,
} from '../../../lib/review/compare/change.ts';
import type { PolicySet } from '../../../lib/review/compare/policy.ts';
import { configFrom, folderOf } from '../../harness/local.ts';
import { BUILDKITE, NOW } from '../../harness/policy.ts';

const ASKED = { findSample: () => ({}), from: NOW };

const TRUST = `trust: [{ iss: ${BUILDKITE}, organization_slug: acme, build_branch: main }]\n`;
const AWS = `${TRUST}aws: { role_arn: "arn:aws:iam::123456789012:role/deploy" }\n`;
const JWT = `${TRUST}jwt: { audience: https://packages.test.example }\n`;

function policy(roles: { readonly [name: string]: string }, issuers?: string): PolicySet {
  return configFrom(roles, issuers);
}
function between(before: PolicySet, after: PolicySet): RoleChange[] {
  return compareRoles(before, after, ASKED);
}
function ofRole(before: string, after: string): RoleChange | undefined {
  return between(policy({ web: before }), policy({ web: after }))[0];
}

describe('a change', () => {
  test.each([
    ['a new role widens', {}, { web: AWS }, [['web', 'added', true]]],
    ['a role that is gone does not', { web: AWS }, {}, [['web', 'removed', false]]],
    ['roles that stay are left out', { web: AWS, api: JWT }, { web: AWS, api: JWT }, []],
    ['a description is nothing', { web: AWS }, { web: `description: A\n${AWS}` }, []],
  ])('%s', (_name, before, after, expected) => {
    const found = between(policy(before), policy(after));
    expect(found.map(each => [each.role, each.is, isWidening(each)])).toEqual(expected);
  });

  test.each<[name: string, before: string, after: string, member: string, wider: boolean]>([
    ['another target', AWS, AWS.replace('deploy"', 'admin"'), 'aws.role_arn', true],
    ['another audience', JWT, JWT.replace('packages', 'other'), 'jwt.audience', true],
    [
      'a longer session',
      AWS,
      `${AWS}session: { max_seconds: 3600, seconds: 900 }\n`,
      'session.seconds',
      false,
    ],
    ['a shorter session', `${AWS}session: { seconds: 900 }\n`, AWS, 'session.seconds', true],
    ['a token that is taken once', AWS, `${AWS}single_use: true\n`, 'single_use', false],
    ['a token that is taken again', `${AWS}single_use: true\n`, AWS, 'single_use', true],
  ])('of a member is told: %s', (_name, before, after, member, wider) => {
    const change = ofRole(before, after);
    expect(change?.members.map(each => each.member)).toContain(member);
    expect(change && isWidening(change)).toBe(wider);
  });

  test('of a guard reaches roles whose files did not change', () => {
    const guarded = '- preset: buildkite\n  require: { organization_slug: acme }\n';
    const before = policy(
      { web: `trust: [{ iss: ${BUILDKITE}, organization_slug: other }]\n${AWS.replace(TRUST, '')}` },
      guarded,
    );
    const after = policy(
      { web: `trust: [{ iss: ${BUILDKITE}, organization_slug: other }]\n${AWS.replace(TRUST, '')}` },
      '- preset: buildkite\n',
    );
    expect(between(before, after).map(each => [each.role, each.gained.length])).toEqual([['web', 1]]);
  });
});

describe('how an issuer is verified', () => {
  const rows = (more: string): PolicySet => policy({ web: AWS }, `- preset: buildkite\n  ${more}\n`);

  test.each([
    ['longer tokens widen', 'max_token_lifetime: 300', 'max_token_lifetime: 600', false],
    ['shorter tokens do not', 'max_token_lifetime: 300', 'max_token_lifetime: 60', true],
    ['a private network widens', 'allow_private_network: false', 'allow_private_network: true', false],
    ['another algorithm may', 'algorithms: [RS256]', 'algorithms: [RS256, ES256]', false],
  ])('%s', (_name, before, after, narrower) => {
    const [change] = compareIssuers(rows(before), rows(after));
    expect(change?.members.map(each => each.narrower)).toEqual([narrower]);
  });

  test('and the same row is no change', () => {
    expect(compareIssuers(rows('max_token_lifetime: 300'), rows('max_token_lifetime: 300'))).toEqual([]);
  });
});

describe('of a registry is told', () => {
  const registry = (more: string): PolicySet => {
    const { config, complaints } = loadConfig(
      folderOf({
        'broker.yml': 'url: https://sts.test.example\nissuers:\n  - preset: buildkite\n',
        'registries/npm.yml': `audience: https://packages.test.example/npm\npath: /npm\nmethods: { GET: read_packages, PUT: write_packages }\n${more}`,
      }),
    );
    if (!config) throw new Error(JSON.stringify(complaints));
    return config;
  };
  const trust = (scopes: string, branch: string): string =>
    `trust: [{ iss: ${BUILDKITE}, scopes: [${scopes}], claims: { organization_slug: acme, build_branch: ${branch} } }]\n`;

  test.each([
    [
      'another branch',
      trust('read_packages', 'main'),
      trust('read_packages', 'next'),
      { gained: 1, lost: 1 },
    ],
    [
      'another scope',
      trust('read_packages', 'main'),
      trust('read_packages, write_packages', 'main'),
      { scopesGained: 1 },
    ],
    [
      'no more than a description',
      trust('read_packages', 'main'),
      `description: A\n${trust('read_packages', 'main')}`,
      undefined,
    ],
  ])('%s', (_name, before, after, expected) => {
    const [change] = between(registry(before), registry(after));
    const counted = change && {
      of: change.of,
      gained: change.gained.length,
      lost: change.lost.length,
      scopesGained: change.scopesGained.length,
    };
    if (expected === undefined) expect(counted).toBeUndefined();
    else expect(counted).toMatchObject({ of: 'registry', ...expected });
  });

  test('and which scope a method needs', () => {
    const policy = registry(trust('read_packages', 'main'));
    const looser = {
      ...policy,
      registries: policy.registries?.map(each => ({
        ...each,
        methods: { ...each.methods, PUT: 'read_packages' },
      })),
    };
    expect(between(policy, looser).map(each => each.members.map(({ member }) => member))).toEqual([
      ['methods.PUT'],
    ]);
  });
});
