import { describe, expect, test } from 'vitest';
import { meetsGuard } from '../../lib/policy/guard.ts';
import type { IssuerRow } from '../../lib/token/issuer.ts';
import { buildkiteClaims, claims, githubClaims, rowsFrom } from '../harness/policy.ts';

function guard(preset: string, demands: string): IssuerRow {
  const [row] = rowsFrom(`- { preset: ${preset}, require: { ${demands} } }\n`).values();
  if (!row) throw new Error('The row did not compile');
  return row;
}

describe('an issuer’s guard', () => {
  const github = guard('github-actions', 'repository_owner: acme, ref_type: branch');

  test.each<[string, { readonly [name: string]: unknown }, boolean]>([
    ['is met when every condition is true', {}, true],
    ['is not met when one is false', { repository_owner: 'evil' }, false],
    ['is not met in doubt', { ref_type: undefined }, false],
  ])('%s', (_name, changes, met) => {
    expect(meetsGuard(github, githubClaims(changes))).toBe(met);
  });

  test('is met by anyone when it demands nothing', () => {
    expect(meetsGuard({ require: [], nullable: [] }, claims({}))).toBe(true);
  });

  test('reads an absent build_tag as null, as every statement does', () => {
    const untagged = guard('buildkite', 'build_tag: null');
    expect(meetsGuard(untagged, buildkiteClaims({ build_tag: undefined }))).toBe(true);
    expect(meetsGuard(untagged, buildkiteClaims({ build_tag: 'v1' }))).toBe(false);
  });
});
