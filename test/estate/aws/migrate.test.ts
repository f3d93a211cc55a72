import { describe, expect, test } from 'vitest';
import { describeWho } from '../../../lib/estate/exposure.ts';
import { ROLE_NAME } from '../../../lib/policy/name.ts';
import {
  allow,
  BUILDKITE_HOST,
  details,
  GITHUB_HOST,
  middle,
  policyOf,
  type RoleWish,
  subject,
} from '../dumps.ts';
import { migrated, roleOf, SMALL } from './migrated.ts';

describe('each role that jobs have by a token', () => {
  test.each<[name: string, danger: string, who: string[], verdict: string | undefined, state: string]>([
    ['github-anyone', 'anyone', ['ANY repository of ANY organization of GitHub'], undefined, 'open'],
    ['github-alike', 'anyone', ['ANY organization of GitHub whose name fits acme*'], undefined, 'open'],
    ['deploy-web', 'outsider', ['web (Buildkite)'], 'same', 'open'],
    ['GitHubDeploy', 'outsider', ['acme/web (GitHub)'], 'same', 'open'],
    ['any-value', 'outsider', ['acme/web, acme/api (GitHub)'], 'same', 'open'],
    ['with-deny', 'outsider', ['acme/web (GitHub)'], 'same', 'open'],
    ['encoded', 'outsider', ['acme/docs (GitHub)'], 'same', 'open'],
    ['gone-and-oidc', 'outsider', ['acme/old (GitHub)'], 'same', 'open'],
    ['letters', 'outsider', ['Acme/Web (GitHub)'], 'narrower', 'open'],
    ['gitlab-main', 'colleague', ['acme/web (GitLab)'], 'same', 'open'],
    ['two-issuers', 'outsider', ['acme/web (GitHub)', 'nobody'], 'same', 'open'],
    ['wildcard-to-the-letter', 'nobody', ['nobody'], undefined, 'open'],
    ['both-ways', 'outsider', ['api (Buildkite)'], 'same', 'beside the broker'],
    ['moved', 'nobody', [], undefined, 'gone'],
  ])('%s is judged %s', (name, danger, who, verdict, state) => {
    const { exposures, proposed, direct, ...role } = roleOf(name);
    expect([role.danger, exposures.map(describeWho), proposed?.verdict.is, direct]).toEqual([
      danger,
      who,
      verdict,
      state,
    ]);
  });

  test('comes the worst first, and among those the one with the most rights', () => {
    const order = SMALL.roles.map(({ danger }) => danger);
    expect(order).toEqual([...order].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)));
    expect(SMALL.roles.slice(0, 2).map(({ aws }) => aws.rights.reach)).toEqual([
      'administrator',
      'administrator',
    ]);
  });
});

const ORDER = ['anyone', 'outsider', 'any-pipeline', 'colleague', 'expected', 'nobody'];

test('all other roles are listed with what they are', () => {
  const told = Object.fromEntries(SMALL.others.map(({ aws, kinds }) => [aws.name, kinds.join()]));
  expect(told).toEqual({
    gone: 'deleted-principal',
    partner: 'cross-account',
    world: 'anyone',
    people: 'saml',
    lambda: 'service',
    AWSServiceRoleForSupport: 'service-linked',
    AWSReservedSSO_Admin_1234567890abcdef: 'single-sign-on',
    'no-statement': 'unreadable',
    'statement-of-text': 'unreadable',
    'cut-off': 'unreadable',
  });
});

describe('a direct trust can be deleted', () => {
  const trust = policyOf(allow(GITHUB_HOST, subject(GITHUB_HOST, 'repo:acme/web:*')));
  const dated = (lastUsed: string | undefined, CreateDate: string) => {
    const [detail] = details([{ name: 'web', trust, ...(lastUsed ? { lastUsed } : {}) }])[
      'RoleDetailList'
    ] as object[];
    return roleOf('web', migrated({ RoleDetailList: [{ ...detail, CreateDate }] })).deleteWhen.split(
      /[: ]/,
    )[0];
  };
  test.each<[says: string, lastUsed: string | undefined, created: string, when: string]>([
    ['now, where it was never used', undefined, '2024-01-01T00:00:00Z', 'now'],
    ['not yet, where it is new', undefined, '2026-11-20T00:00:00Z', 'when'],
    ['now, where it was not used for long', '2026-02-01T00:00:00Z', '2024-01-01T00:00:00Z', 'now'],
    ['now, where it was not used for 92 days', '2026-08-31T00:00:00Z', '2024-01-01T00:00:00Z', 'now'],
    ['later, where it is used', '2026-11-30T00:00:00Z', '2024-01-01T00:00:00Z', 'when'],
  ])('%s', (_says, lastUsed, created, when) => {
    expect(dated(lastUsed, created)).toBe(when);
  });
});

test('a team is told by the tag, or by the first folder of the path', () => {
  expect(['deploy-web', 'GitHubDeploy', 'encoded'].map(name => roleOf(name).team)).toEqual([
    'ci',
    'Shop & Co <b>',
    undefined,
  ]);
});

test('T100: each role has a name of its own that is no path', () => {
  const names = SMALL.roles.flatMap(({ proposed }) => proposed?.name ?? []);
  expect(names.filter(name => !ROLE_NAME.test(name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
});

test('of two that are as bad the one that every repository can have comes first', () => {
  const roleFor = (name: string, value: string): RoleWish => ({
    name,
    trust: policyOf(allow(GITHUB_HOST, subject(GITHUB_HOST, value))),
  });
  const { roles } = migrated(details([roleFor('a', 'repo:acme/web:*'), roleFor('b', 'repo:acme/*')]));
  expect(roles.map(({ aws }) => aws.name)).toEqual(['b', 'a']);
});

test('an account of 200 roles is brought in, and each role admits the same', () => {
  const { roles, others } = migrated(middle());
  expect([roles.length, others.length]).toEqual([100, 100]);
  const verdicts = roles.map(({ aws, proposed }) => [
    JSON.stringify(aws.trust).includes('heads/main:'),
    proposed?.verdict.is,
  ]);
  // With a branch before more, IAM lets in a branch that has a colon in its name.
  expect(verdicts.filter(([open, is]) => is !== (open ? 'narrower' : 'same'))).toEqual([]);
});

test('a branch with a colon is shown as what is let in no more', () => {
  const trust = policyOf(
    allow(BUILDKITE_HOST, subject(BUILDKITE_HOST, 'organization:acme:pipeline:web:ref:refs/heads/main:*')),
  );
  const verdict = roleOf('web', migrated(details([{ name: 'web', trust }]))).proposed?.verdict;
  expect(verdict).toMatchObject({ is: 'narrower', shown: { claims: { build_branch: 'main:' } } });
});
