import { describe, expect, test } from 'vitest';
import { vocabularyTypes } from '../../lib/policy/issuer.ts';
import { PRESETS, type PresetName, presetOf } from '../../lib/token/presets.ts';
import { BUILDKITE, GITHUB } from '../harness/policy.ts';

describe('an issuer URL belongs to its vendor', () => {
  test.each<{ url: string; preset: PresetName }>([
    { url: BUILDKITE, preset: 'buildkite' },
    { url: 'https://agent-edge.buildkite.com', preset: 'buildkite' },
    { url: 'https://AGENT.buildkite.com/', preset: 'buildkite' },
    { url: GITHUB, preset: 'github-actions' },
    { url: `${GITHUB}/my-enterprise`, preset: 'github-actions' },
    { url: 'https://token.actions.octo.ghe.com', preset: 'github-actions' },
    { url: 'https://gitlab.com', preset: 'gitlab' },
    { url: 'https://oidc.circleci.com/org/0b1c2d3e', preset: 'circleci' },
  ])('$url', ({ url, preset }) => {
    expect(presetOf(url)).toBe(preset);
  });
});

describe('an issuer URL that only looks like a vendor’s belongs to none', () => {
  test.each([
    'https://agent.buildkite.com.evil.example',
    'https://evil.example/agent.buildkite.com',
    'https://xagent.buildkite.com',
    'https://token.actions.evil/x.ghe.com',
    'https://gitlab.com.evil.example',
    'https://gitlab.example',
    'https://oidc.circleci.community',
  ])('%s', url => {
    expect(presetOf(url)).toBeUndefined();
  });
});

describe.each(Object.entries(PRESETS))('the preset %s', (name, preset) => {
  const issuer = preset.issuer ?? 'https://oidc.circleci.com/org/0b1c2d3e';

  test('owns its own issuer, and fetches keys from it alone', () => {
    expect(presetOf(issuer)).toBe(name);
    expect(new URL(preset.jwks(issuer)).origin).toBe(new URL(issuer).origin);
  });

  test('binds, labels and names sessions by claims that its issuer sends', () => {
    const { link = '', ...labels } = preset.labels;
    const named = [
      ...preset.binding.flatMap(({ anyOf, ownerPrefix }) => [...anyOf, ...ownerPrefix]),
      ...Object.values(preset.session),
      ...Object.values(labels),
      ...preset.nullable,
      ...(preset.onRequest?.claims.filter(claim => !claim.endsWith(':')) ?? []),
      ...[...link.matchAll(/\{([^}]+)\}/g)].map(([, claim = '']) => claim),
      preset.pipelineId,
    ];
    expect(named.filter(claim => !vocabularyTypes(preset.vocabulary, claim))).toEqual([]);
  });

  test('T01: trusts RS256 and nothing else', () => {
    expect(preset.algorithms).toEqual(['RS256']);
  });

  test('T17: takes no token that lives longer than an hour', () => {
    expect(preset.maxTokenLifetime).toBeLessThanOrEqual(3600);
  });
});

test('T31: every vendor whose one issuer serves all of its customers asks for a binding', () => {
  const shared = Object.values(PRESETS).filter(({ issuer }) => issuer !== undefined);
  expect(shared.map(({ binding }) => binding.length)).toEqual([1, 1, 1]);
});
