import { describe, expect, test } from 'vitest';
import { findVocabularyTypes } from '../../lib/policy/issuer.ts';
import { findPreset, PRESETS, type PresetName } from '../../lib/token/presets.ts';
import { BUILDKITE, GITHUB, ISSUERS, rowsFrom } from '../harness/policy.ts';

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
    { url: 'https://vstoken.dev.azure.com/0b1c2d3e', preset: 'azure-devops' },
    { url: 'https://api.bitbucket.org/2.0/workspaces/acme', preset: 'bitbucket' },
    { url: 'https://accounts.google.com', preset: 'google' },
    { url: 'https://0b1c2d3e.tokens.sts.global.api.aws', preset: 'aws-sts' },
    { url: 'https://app.terraform.io', preset: 'hcp-terraform' },
  ])('$url', ({ url, preset }) => {
    expect(findPreset(url)).toBe(preset);
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
    'https://vstoken.dev.azure.com.evil.example/0b1c2d3e',
    'https://login.microsoftonline.com/0b1c2d3e/v2.0',
    'https://api.bitbucket.org.evil.example',
    'https://accounts.google.com.evil.example',
    'https://evil.example/x.tokens.sts.global.api.aws',
    'https://tokens.sts.global.api.aws',
    'https://app.terraform.io.evil.example',
    'https://myapp.terraform.io',
  ])('%s', url => {
    expect(findPreset(url)).toBeUndefined();
  });
});

const rows = [...rowsFrom(ISSUERS).values()];
/** Where keys come from when not from the issuer itself. */
const KEYS_AT: { readonly [name: string]: string } = { google: 'https://www.googleapis.com' };
const ALGORITHMS: { readonly [name: string]: readonly string[] } = { 'aws-sts': ['RS256', 'ES384'] };

describe.each(Object.entries(PRESETS))('the preset %s', (name, preset) => {
  const issuer = rows.find(row => row.preset === name)?.issuer ?? '';

  test('owns its own issuer, and fetches keys from there alone', () => {
    expect(findPreset(issuer)).toBe(name);
    expect(new URL(preset.jwks(issuer)).origin).toBe(KEYS_AT[name] ?? new URL(issuer).origin);
  });

  test('has one issuer for all, or a form that the issuer of a customer must have', () => {
    expect(preset.customer === undefined).toBe(preset.issuer !== undefined);
    expect(preset.issuer ?? preset.customer?.pattern.test(issuer)).toBeTruthy();
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
      ...(preset.pipelineId === undefined ? [] : [preset.pipelineId]),
    ];
    expect(named.filter(claim => !findVocabularyTypes(preset.vocabulary, claim))).toEqual([]);
  });

  test('T01: trusts RS256, and what else its vendor signs with', () => {
    expect(preset.algorithms).toEqual(ALGORITHMS[name] ?? ['RS256']);
  });

  test('T17: takes no token that lives longer than an hour', () => {
    expect(preset.maxTokenLifetime).toBeLessThanOrEqual(3600);
  });

  test('T31: asks for a binding where one issuer serves all customers', () => {
    expect(preset.binding).toHaveLength(preset.issuer === undefined ? 0 : 1);
  });
});
