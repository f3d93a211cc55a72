import { expect, test } from 'vitest';
import { findSampleClaims } from '../../lib/jobs/sample.ts';
import { BUILDKITE, GITHUB } from '../harness/policy.ts';

test.each([
  [BUILDKITE, { build_branch: 'main', build_source: 'webhook', build_tag: null }],
  [GITHUB, { ref: 'refs/heads/main', event_name: 'push', repository_owner: 'my-organization' }],
  ['https://gitlab.com', { ref: 'main', ref_protected: 'true' }],
  ['https://oidc.circleci.com/org/0b1c2d3e', { 'oidc.circleci.com/vcs-ref': 'refs/heads/main' }],
])('a plain job of %s is a push to main', (issuer, claims) => {
  expect(findSampleClaims(issuer)).toMatchObject(claims);
});

test('of an issuer that is not known, nothing is known', () => {
  expect(findSampleClaims('https://plain.example')).toEqual({});
});
