import { describe, expect, test } from 'vitest';
import { findRequestFlag } from '../../lib/policy/issuer.ts';
import { BUILDKITE, GITHUB, ISSUERS, rowsFrom } from '../harness/policy.ts';

const rows = rowsFrom(ISSUERS);

describe('what to add for a claim', () => {
  test.each([
    ['of Buildkite that is there only when asked for', BUILDKITE, 'queue_key', '--claim queue_key'],
    ['of a family of Buildkite', BUILDKITE, 'agent_tag:os', '--claim agent_tag:os'],
    ['of Buildkite that is always there', BUILDKITE, 'build_branch', undefined],
    ['that begins as one that is asked for', BUILDKITE, 'queue_key_2', undefined],
    ['of an issuer that nobody can ask', GITHUB, 'environment', undefined],
    ['of no issuer that is known', 'https://other.example', 'queue_key', undefined],
  ])('%s', (_name, issuer, claim, expected) => {
    expect(findRequestFlag(claim, rows.get(issuer))).toBe(expected);
  });
});
