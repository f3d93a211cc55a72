import { describe, expect, test } from 'vitest';
import { compareWithTrust, type Verdict } from '../../lib/estate/compare.ts';
import { readDirectTrusts } from '../../lib/estate/direct.ts';
import { findSampleClaims } from '../../lib/jobs/sample.ts';
import type { ClaimValue } from '../../lib/policy/claims.ts';
import { readTrustStatements } from '../../lib/review/targets/trust.ts';
import { BUILDKITE, GITHUB, ISSUERS, roleFrom, rowsFrom, settingOf } from '../harness/policy.ts';
import { allow, BUILDKITE_HOST, GITHUB_HOST, GITLAB_HOST, type Json, policyOf, subject } from './dumps.ts';

const ROWS = rowsFrom(ISSUERS);

const compared = (role: string, statements: readonly Json[]): Verdict =>
  compareWithTrust({
    role: roleFrom(`${role}\njwt: { audience: https://api.test.example }\n`, settingOf(ROWS)),
    rows: ROWS,
    direct: readDirectTrusts(readTrustStatements(policyOf(...statements) as ClaimValue)),
    findSample: findSampleClaims,
  });

const github = (claims: string): string => `trust: [{ iss: ${GITHUB}, claims: { ${claims} } }]`;
const buildkite = (claims: string): string => `trust: [{ iss: ${BUILDKITE}, claims: { ${claims} } }]`;
const ofGithub = (value: string): Json => allow(GITHUB_HOST, subject(GITHUB_HOST, value));
const ofBuildkite = (value: string): Json => allow(BUILDKITE_HOST, subject(BUILDKITE_HOST, value));

const NO_PULL_REQUEST = {
  ...allow(GITHUB_HOST, { StringLike: { [`${GITHUB_HOST}:sub`]: '*:pull_request' } }),
  Effect: 'Deny',
};

const WEB = 'repository_owner: acme, sub: { matches: "repo:acme/web:*" }';

describe('a role beside the trust policy of AWS that it came from', () => {
  test.each<[says: string, is: Verdict['is'], role: string, statements: Json[]]>([
    ['the same by sub', 'same', github(WEB), [ofGithub('repo:acme/web:*')]],
    [
      'the same by claims instead of sub',
      'same',
      buildkite('organization_slug: acme, pipeline_slug: web'),
      [ofBuildkite('organization:acme:pipeline:web:*')],
    ],
    [
      'the same of a project of GitLab',
      'same',
      'trust: [{ iss: https://gitlab.com, claims: { project_path: acme/web, ref_type: branch, ref: main } }]',
      [allow(GITLAB_HOST, subject(GITLAB_HOST, 'project_path:acme/web:ref_type:branch:ref:main'))],
    ],
    ['a branch more', 'narrower', github(`${WEB}, ref: refs/heads/main`), [ofGithub('repo:acme/web:*')]],
    [
      'another repository',
      'wider',
      github('repository_owner: acme, sub: { matches: "repo:acme/*" }'),
      [ofGithub('repo:acme/web:*')],
    ],
    [
      'a sub that was lost',
      'wider',
      github('repository_owner: acme, repository: acme/web'),
      [ofGithub('repo:acme/web:*')],
    ],
    [
      'a repository whose name begins alike',
      'wider',
      github('repository_owner: acme, sub: { matches: "repo:acme/web*" }'),
      [ofGithub('repo:acme/web:*')],
    ],
    [
      'a branch that was lost',
      'wider',
      buildkite('organization_slug: acme, pipeline_slug: web, build_tag: null'),
      [ofBuildkite('organization:acme:pipeline:web:ref:refs/heads/main:*')],
    ],
    [
      'a tag that was lost',
      'wider',
      buildkite('organization_slug: acme, pipeline_slug: web, build_branch: main'),
      [ofBuildkite('organization:acme:pipeline:web:ref:refs/heads/main:*')],
    ],
    ['a Deny that was lost', 'wider', github(WEB), [ofGithub('repo:acme/web:*'), NO_PULL_REQUEST]],
    [
      'a Deny that is kept',
      'same',
      `${github(WEB)}\ndeny: [{ iss: ${GITHUB}, claims: { sub: { matches: "*:pull_request" } } }]`,
      [ofGithub('repo:acme/web:*'), NO_PULL_REQUEST],
    ],
    [
      'an issuer that was not trusted',
      'wider',
      buildkite('organization_slug: acme'),
      [ofGithub('repo:acme/web:*')],
    ],
    [
      'an Allow that cannot be read',
      'wider',
      github(WEB),
      [
        allow(GITHUB_HOST, {
          DateLessThan: { 'aws:CurrentTime': '2027-01-01T00:00:00Z' },
          StringLike: { [`${GITHUB_HOST}:sub`]: 'repo:acme/web:*' },
        }),
      ],
    ],
    [
      'a Deny that cannot be read',
      'wider',
      github(WEB),
      [
        ofGithub('repo:acme/web:*'),
        {
          ...ofGithub('*'),
          Effect: 'Deny',
          Condition: { DateLessThan: { 'aws:CurrentTime': '2027-01-01T00:00:00Z' } },
        },
      ],
    ],
    ['a variable of IAM', 'wider', github(WEB), [ofGithub(`repo:acme/\${aws:PrincipalTag/repo}:*`)]],
    [
      'letters without case',
      'narrower',
      github('repository_owner: acme, sub: "repo:acme/web:ref:refs/heads/main"'),
      [
        allow(GITHUB_HOST, {
          StringEqualsIgnoreCase: { [`${GITHUB_HOST}:sub`]: 'repo:acme/web:ref:refs/heads/main' },
        }),
      ],
    ],
    [
      'an address',
      'same',
      `trust: [{ iss: ${GITHUB}, claims: { ${WEB} }, request: { source_ip: { in: [203.0.113.0/24] } } }]`,
      [
        allow(GITHUB_HOST, {
          ...subject(GITHUB_HOST, 'repo:acme/web:*'),
          IpAddress: { 'aws:SourceIp': '203.0.113.0/24' },
        }),
      ],
    ],
    [
      'an address that was lost',
      'wider',
      github(WEB),
      [
        allow(GITHUB_HOST, {
          ...subject(GITHUB_HOST, 'repo:acme/web:*'),
          IpAddress: { 'aws:SourceIp': '203.0.113.0/24' },
        }),
      ],
    ],
    [
      'a claim that IAM has no key for',
      'wider',
      github(WEB),
      [
        allow(GITHUB_HOST, {
          ...subject(GITHUB_HOST, 'repo:acme/web:*'),
          'ForAnyValue:StringEquals': { [`${GITHUB_HOST}:event_name`]: 'push' },
        }),
      ],
    ],
  ])('%s is %s', (_says, is, role, statements) => {
    expect(compared(role, statements).is).toBe(is);
  });

  test('what is narrower is shown by a job that could come', () => {
    const verdict = compared(github(`${WEB}, ref: refs/heads/main`), [ofGithub('repo:acme/web:*')]);
    const claims = 'shown' in verdict ? verdict.shown?.claims : undefined;
    expect(String(claims?.['sub'])).toMatch(/^repo:acme\/web:(ref:refs\/|environment:|pull_request)/);
    expect(claims?.['repository']).toBe('acme/web');
  });
});
