import { describe, expect, test } from 'vitest';
import { compareConfigs } from '../../../lib/review/compare/change.ts';
import { judgeDirection } from '../../../lib/review/compare/direction.ts';
import type { PolicySet } from '../../../lib/review/compare/policy.ts';
import { formatDiffMarkdown } from '../../../lib/review/compare/report.ts';
import { listSections, type ReportSection } from '../../../lib/review/compare/sections.ts';
import { configFrom } from '../../harness/local.ts';
import { BUILDKITE, NOW } from '../../harness/policy.ts';

const ASKED = { findSample: () => ({}), from: NOW };
function compare(before: PolicySet, after: PolicySet) {
  return compareConfigs(before, after, ASKED);
}

type Roles = { readonly [name: string]: string };

function sectionsBetween(before: Roles, after: Roles): ReportSection[] {
  return listSections(compare(configFrom(before), configFrom(after)));
}

function role(claims: string, arn = 'deploy', more = ''): string {
  return `trust:\n  - iss: ${BUILDKITE}\n    id: pushes\n    claims: { organization_slug: acme, ${claims} }\n${more}aws: { role_arn: "arn:aws:iam::123456789012:role/${arn}" }\n`;
}

const MAIN = role('build_branch: main, build_source: webhook');

test('of a new role the target and the conditions come first, then a request', () => {
  const [section] = sectionsBetween({}, { web: MAIN });
  expect(section?.lines.map(({ says }) => says)).toEqual([
    'gives aws: role_arn arn:aws:iam::123456789012:role/deploy',
    'newly admits push, tag, ANY-TAG (colleague)',
    'newly allowed by "pushes": organization_slug equals "acme", build_branch equals "main", build_source equals "webhook"',
  ]);
  expect(section?.lines.map(({ shown }) => shown !== undefined)).toEqual([false, false, true]);
});

describe('the one telling difference is', () => {
  test.each<[name: string, before: string, after: string, telling: string]>([
    [
      'the claim that was denied',
      MAIN,
      role('build_branch: main, build_source: { in: [webhook, ui] }'),
      'build_source: "ui" was denied, now allowed by "pushes"',
    ],
    [
      'a claim that may be anything now',
      MAIN,
      role('build_branch: main'),
      'build_source: "main" was denied, now allowed by "pushes"',
    ],
    [
      'the deny that struck',
      role(
        'build_branch: main',
        'deploy',
        `deny: [{ iss: ${BUILDKITE}, id: by hand, claims: { build_source: ui } }]\n`,
      ),
      role('build_branch: main'),
      'the deny "by hand" struck it, now allowed by "pushes"',
    ],
    [
      'that it is not disabled any more',
      `disabled: for now\n${MAIN}`,
      MAIN,
      'the role was disabled, now allowed by "pushes"',
    ],
  ])('%s', (_name, before, after, telling) => {
    const [section] = sectionsBetween({ web: before }, { web: after });
    expect(section?.lines.flatMap(line => line.telling ?? [])).toEqual([telling]);
  });
});

test('of two new statements of which one shadows the other, the one that gives is named', () => {
  const both = role('build_branch: { in: [main, next] }, build_source: webhook').replace(
    'aws:',
    `  - iss: ${BUILDKITE}\n    id: shadowed\n    claims: { organization_slug: acme, build_branch: next, build_source: webhook }\naws:`,
  );
  const found = compare(configFrom({ web: MAIN }), configFrom({ web: both }));
  expect(found.roles[0]?.gained.map(({ statement }) => statement.id)).toEqual(['pushes']);
});

function many(count: number, text: (at: number) => string): Roles {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`web-${at}`, text(at)]));
}

test('roles that changed alike are one section, which names them', () => {
  const sections = sectionsBetween(
    many(30, at => role('build_branch: main', `web-${at}`)),
    many(30, at => role('build_branch: next', `web-${at}`)),
  );
  expect(sections.map(({ title, names }) => [title, names.length])).toEqual([['30 roles: changed', 30]]);
});

test('another address of the broker is one change of all roles, not of whom each admits', () => {
  const [before, after] = [many(5, () => MAIN), many(5, () => MAIN)].map(roles => configFrom(roles));
  const moved = {
    ...(after as PolicySet),
    roles: (after as PolicySet).roles.map(each => ({ ...each, audience: 'https://other.example' })),
  };
  const [section, ...more] = listSections(compare(before as PolicySet, moved));
  expect([section?.title, section?.lines.length, more]).toEqual(['5 roles: changed', 1, []]);
});

test('a report of 1,000 roles that all changed otherwise is taken by GitHub, and what widens is first', () => {
  const short = (seconds: number) =>
    role('build_branch: main', 'deploy', `session: { seconds: ${seconds} }\n`);
  const found = compare(
    configFrom(many(1000, at => (at % 2 ? role(`build_branch: v${at}`) : short(3600)))),
    configFrom(many(1000, at => (at % 2 ? role(`build_branch: w${at}`) : short(900 + at)))),
  );
  const report = formatDiffMarkdown(listSections(found), 'Wider.');
  const titles = [...report.matchAll(/^#### `role web-(\d+)/gm)].map(([, at]) => Number(at) % 2);
  expect(report.length).toBeLessThan(60_000);
  expect([titles.length > 50, titles.every(each => each === 1)]).toEqual([true, true]);
  expect(report).toMatch(/#### And \d+ more, \d+ of them wider\n/);
});

describe('a role by another name', () => {
  const jwt = `trust: [{ iss: ${BUILDKITE}, claims: { organization_slug: acme } }]\njwt: { audience: https://api.test.example }\n`;
  // As the loader names them, so that what is made of the name is.
  const renamed = (from: string, to: string, policy = jwt): PolicySet => {
    const config = configFrom({ [from]: policy });
    const named = JSON.parse(
      JSON.stringify(config.roles)
        .replaceAll('role:tested', `role:${to}`)
        .replaceAll('kite-sts:tested', `kite-sts:${to}`),
    );
    return { ...config, roles: named.map((each: object) => ({ ...each, name: to })) };
  };

  test('is one change that opens nothing, with what the other side must change', () => {
    const found = compare(renamed('a', 'web'), renamed('a', 'site'));
    const [section] = listSections(found);
    expect([section?.title, judgeDirection(found)]).toEqual(['role site: renamed, was web', 'not wider']);
    expect(section?.lines.map(({ says }) => says)).toContain(
      'whoever trusts sub "role:web" must trust "role:site" first',
    );
  });

  test('of AWS, names the external id', () => {
    const found = compare(renamed('a', 'web', MAIN), renamed('a', 'site', MAIN));
    expect(judgeDirection(found)).toBe('not wider');
    expect(found.roles[0]?.members.map(({ member }) => member)).toEqual(['aws.external_id']);
  });

  test('is wider where a sentence was about the old name', () => {
    const invariants = [
      { id: 'one', says: 'A.', roles: ['web'], registries: [], speaksOfAll: false, issuers: [BUILDKITE] },
    ];
    const found = compare({ ...renamed('a', 'web'), invariants }, { ...renamed('a', 'site'), invariants });
    expect(judgeDirection(found)).toBe('wider');
  });

  test('is told as gone and new where two went', () => {
    const two = configFrom({ a: jwt, b: jwt });
    expect(
      compare(two, renamed('a', 'site'))
        .roles.map(({ is }) => is)
        .sort(),
    ).toEqual(['added', 'removed', 'removed']);
  });
});

test('a member that changed says that it is narrower, where it is', () => {
  const lasting = (seconds: number) =>
    role('build_branch: main', 'deploy', `session: { max_seconds: ${seconds} }\n`);
  const told = (from: number, to: number) =>
    sectionsBetween({ web: lasting(from) }, { web: lasting(to) })[0]?.lines.map(({ says }) => says);
  expect(told(3600, 900)).toContain('session.max was 3600 and is 900 (narrower)');
  expect(told(900, 3600)).toContain('session.max was 900 and is 3600');
});
