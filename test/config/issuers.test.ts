import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { compileIssuerRow } from '../../lib/config/issuers.ts';
import { Complaints, type Rule } from '../../lib/language/complaint.ts';
import { parse } from '../../lib/language/parse.ts';
import { meetsGuard } from '../../lib/policy/guard.ts';
import type { IssuerRow } from '../../lib/token/issuer.ts';
import { BUILDKITE, claims, GITHUB, rowsFrom } from '../harness/policy.ts';

function read(yaml: string): { row: IssuerRow | undefined; rules: Rule[] } {
  const complaints = new Complaints();
  const tree = parse('broker.yml', yaml, complaints);
  return {
    row: tree && compileIssuerRow(tree, complaints),
    rules: complaints.all.map(({ rule }) => rule),
  };
}

function rowOf(yaml: string): IssuerRow {
  const { row, rules } = read(yaml);
  expect(rules).toEqual([]);
  if (!row) throw new Error('no row');
  return row;
}

const PLAIN = 'issuer: https://ci.example\njwks_uri: https://ci.example/jwks\n';
const WORKSPACE = 'https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const JWK = {
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' }),
  kid: 'k',
};
const KEY = JSON.stringify(JWK);
function keyOf(more: object): string {
  return JSON.stringify({ ...JWK, ...more });
}

describe('a row is compiled', () => {
  test.each([
    ['preset: buildkite', BUILDKITE, `${BUILDKITE}/.well-known/jwks`, 300],
    ['preset: github-actions', GITHUB, `${GITHUB}/.well-known/jwks`, 600],
    ['preset: gitlab', 'https://gitlab.com', 'https://gitlab.com/oauth/discovery/keys', 3600],
    [
      'preset: circleci\nissuer: https://oidc.circleci.com/org/0b1c2d3e',
      'https://oidc.circleci.com/org/0b1c2d3e',
      'https://oidc.circleci.com/org/0b1c2d3e/.well-known/jwks-pub.json',
      3600,
    ],
    [
      'preset: azure-devops\nissuer: https://vstoken.dev.azure.com/0b1c2d3e',
      'https://vstoken.dev.azure.com/0b1c2d3e',
      'https://vstoken.dev.azure.com/.well-known/jwks',
      600,
    ],
    [`issuer: ${WORKSPACE}`, WORKSPACE, `${WORKSPACE}/keys.json`, 3600],
    ['preset: google', 'https://accounts.google.com', 'https://www.googleapis.com/oauth2/v3/certs', 3600],
    [`${PLAIN}bind: [tenant]`, 'https://ci.example', 'https://ci.example/jwks', 600],
  ])('%s', (yaml, issuer, uri, lifetime) => {
    expect(rowOf(yaml)).toMatchObject({
      issuer,
      origin: { uri },
      algorithms: ['RS256'],
      maxTokenLifetime: lifetime,
      audiences: [],
      require: [],
    });
  });

  test('T01: AWS signs with either of two algorithms, and its row takes both', () => {
    const row = rowOf('issuer: https://0b1c2d3e.tokens.sts.global.api.aws');
    expect(row).toMatchObject({
      preset: 'aws-sts',
      origin: { uri: 'https://0b1c2d3e.tokens.sts.global.api.aws/.well-known/jwks.json' },
      algorithms: ['RS256', 'ES384'],
    });
  });

  test('a self-hosted GitLab has the preset’s claims and its own URL', () => {
    expect(rowOf('preset: gitlab\nissuer: https://gitlab.acme.example')).toMatchObject({
      preset: 'gitlab',
      origin: { uri: 'https://gitlab.acme.example/oauth/discovery/keys' },
    });
  });

  test('P30: longer tokens are taken by opting in, with the reason', () => {
    const { maxTokenLifetime, shorterToken } = rowOf(
      'preset: gitlab\nmax_token_lifetime: { value: 7200, reason: our builds take two hours }',
    );
    expect(maxTokenLifetime).toBe(7200);
    expect(shorterToken).toContain('timeout');
    expect(rowOf('preset: buildkite').shorterToken).toBeUndefined();
  });

  test('T-14: no row reaches private addresses unless it says so', () => {
    expect(rowOf('preset: gitlab').allowPrivateNetwork).toBe(false);
    expect(rowOf(`${PLAIN}single_tenant: true`).allowPrivateNetwork).toBe(false);
    expect(rowOf(`${PLAIN}single_tenant: true\nallow_private_network: true`).allowPrivateNetwork).toBe(true);
  });

  test.each([
    ['no guard', 'preset: buildkite', false],
    ['a guard on a branch', 'preset: buildkite\nrequire: { build_branch: main }', false],
    [
      'a guard that excludes one',
      'preset: buildkite\nrequire: { organization_slug: { not_equals: evil } }',
      false,
    ],
    ['a guard by a pattern', 'preset: buildkite\nrequire: { organization_slug: { matches: "*" } }', false],
    ['a guard on the tenant', 'preset: buildkite\nrequire: { organization_slug: acme }', true],
    [
      'half of what a row demands',
      'preset: buildkite\nbind: [pipeline_id]\nrequire: { organization_slug: acme }',
      false,
    ],
  ])('T-14, T43: near names of roles are told behind a guard that binds alone: %s', (_name, yaml, binds) => {
    expect(rowOf(yaml).guardNamesTenant).toBe(binds);
  });

  test('a plain issuer that signs for one tenant alone needs no binding', () => {
    expect(rowOf(`${PLAIN}single_tenant: true`).binding).toEqual([]);
  });

  test('keys may stand in the row', () => {
    expect(rowOf(`issuer: https://ci.example\nsingle_tenant: true\njwks: { keys: [${KEY}] }`).origin).toEqual(
      {
        keys: [JWK],
      },
    );
  });

  test('a row adds to what its preset demands', () => {
    const row = rowOf('preset: buildkite\nbind: [cluster_id]\nclaims: { extra: number }');
    expect(row.binding.map(({ anyOf }) => anyOf)).toEqual([
      ['organization_slug', 'organization_id'],
      ['cluster_id'],
    ]);
    expect(row.vocabulary?.claims).toMatchObject({ extra: ['number', 'null'], build_number: ['number'] });
  });

  test('T31: the URL decides what is demanded, though the row names no preset', () => {
    const row = rowOf(`issuer: ${BUILDKITE}`);
    expect(row.preset).toBe('buildkite');
    expect(row.binding).toEqual(rowOf('preset: buildkite').binding);
  });

  test('the guard is compiled like a statement’s conditions', () => {
    const row = rowOf(
      'preset: buildkite\nrequire: { organization_slug: acme, build_branch: { matches: "v*" } }',
    );
    expect(meetsGuard(row, claims({ organization_slug: 'acme', build_branch: 'v1' }))).toBe(true);
    expect(meetsGuard(row, claims({ organization_slug: 'acme', build_branch: 'main' }))).toBe(false);
    expect(meetsGuard(row, claims({ build_branch: 'v1' }))).toBe(false);
  });
});

describe('a row is refused', () => {
  test.each<{ name: string; yaml: string; rules: Rule[] }>([
    {
      name: 'longer tokens without a reason',
      yaml: 'preset: gitlab\nmax_token_lifetime: 7200',
      rules: ['wrong-value'],
    },
    {
      name: 'tokens of more than a day',
      yaml: 'preset: gitlab\nmax_token_lifetime: { value: 86401, reason: our builds take days }',
      rules: ['wrong-value'],
    },
    { name: 'it names nobody', yaml: 'max_token_lifetime: 60', rules: ['issuer-row', 'issuer-row'] },
    { name: 'CircleCI without an organization', yaml: 'preset: circleci', rules: ['issuer-row'] },
    {
      name: 'CircleCI without an organization in its URL',
      yaml: 'issuer: https://oidc.circleci.com',
      rules: ['issuer-row'],
    },
    ...(['azure-devops', 'bitbucket', 'aws-sts'] as const).map(preset => ({
      name: `${preset} without a customer`,
      yaml: `preset: ${preset}`,
      rules: ['issuer-row'] as Rule[],
    })),
    {
      name: 'T22: a customer’s issuer with a slash at its end',
      yaml: 'issuer: https://vstoken.dev.azure.com/0b1c2d3e/',
      rules: ['issuer-row'],
    },
    {
      name: 'a customer of another service',
      yaml: `preset: aws-sts\nissuer: ${WORKSPACE}`,
      rules: ['issuer-row'],
    },
    {
      name: 'a page of Bitbucket that is no issuer',
      yaml: 'issuer: https://api.bitbucket.org/2.0/workspaces/acme',
      rules: ['issuer-row'],
    },
    {
      name: 'an issuer that names its customer, and single_tenant',
      yaml: `issuer: ${WORKSPACE}\nsingle_tenant: true`,
      rules: ['issuer-row'],
    },
    {
      name: 'T31: every Google account cannot be one tenant',
      yaml: 'issuer: https://accounts.google.com\nsingle_tenant: true',
      rules: ['issuer-row'],
    },
    {
      name: 'a preset that belongs to another URL',
      yaml: `preset: gitlab\nissuer: ${BUILDKITE}`,
      rules: ['issuer-row'],
    },
    {
      name: 'T31: a vendor’s own issuer cannot be single_tenant',
      yaml: `issuer: ${BUILDKITE}\nsingle_tenant: true`,
      rules: ['issuer-row'],
    },
    { name: 'T31: a plain issuer without a binding', yaml: PLAIN, rules: ['issuer-row'] },
    {
      name: 'T31: a binding and single_tenant',
      yaml: `${PLAIN}bind: [a]\nsingle_tenant: true`,
      rules: ['issuer-row'],
    },
    {
      name: 'a plain issuer without keys',
      yaml: 'issuer: https://ci.example\nbind: [a]',
      rules: ['issuer-row'],
    },
    {
      name: 'keys in two places',
      yaml: `${PLAIN}bind: [a]\njwks: { keys: [${KEY}] }`,
      rules: ['issuer-row'],
    },
    {
      name: 'an empty list of keys',
      yaml: 'issuer: https://ci.example\nbind: [a]\njwks: {}',
      rules: ['empty'],
    },
    {
      name: 'a key without an id',
      yaml: `issuer: https://ci.example\nbind: [a]\njwks: { keys: [${keyOf({ kid: undefined })}] }`,
      rules: ['issuer-row'],
    },
    ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth'].map(name => ({
      name: `T15: a key with the private member ${name}`,
      yaml: `issuer: https://ci.example\nbind: [a]\njwks: { keys: [${keyOf({ [name]: 'AQAB' })}] }`,
      rules: ['issuer-row'] as Rule[],
    })),
    {
      name: 'T02: a symmetric key',
      yaml: 'issuer: https://ci.example\nbind: [a]\njwks: { keys: [{ kty: oct, kid: x, k: AQAB }] }',
      rules: ['issuer-row'],
    },
    {
      name: 'T06: a weak key',
      yaml: `issuer: https://ci.example\nbind: [a]\njwks: { keys: [${keyOf({ e: 'Aw' })}] }`,
      rules: ['issuer-row'],
    },
    {
      name: 'T15: two keys of one id',
      yaml: `issuer: https://ci.example\nbind: [a]\njwks: { keys: [${keyOf({ alg: 'RS256' })}, ${keyOf({ alg: 'PS256' })}] }\nalgorithms: [RS256, PS256]`,
      rules: ['issuer-row'],
    },
    {
      name: 'T01: an algorithm that nobody should use',
      yaml: 'preset: buildkite\nalgorithms: [HS256]',
      rules: ['wrong-value'],
    },
    { name: 'T01: no algorithm', yaml: 'preset: buildkite\nalgorithms: [none]', rules: ['wrong-value'] },
    {
      name: 'T17: tokens that live longer than an hour',
      yaml: 'preset: buildkite\nmax_token_lifetime: 3601',
      rules: ['wrong-value'],
    },
    {
      name: 'an audience that others accept, without a reason',
      yaml: 'preset: buildkite\naudiences: [sts.amazonaws.com]',
      rules: ['audience-shared'],
    },
    { name: 'a guard that is empty', yaml: 'preset: buildkite\nrequire: {}', rules: ['empty'] },
    { name: 'a guard that is a list', yaml: 'preset: buildkite\nrequire: [a]', rules: ['wrong-type'] },
    {
      name: 'a guard on a claim that is not sent',
      yaml: 'preset: buildkite\nrequire: { organisation_slug: acme }',
      rules: ['claim-unknown'],
    },
    { name: 'an unknown preset', yaml: 'preset: jenkins', rules: ['wrong-value'] },
    {
      name: 'an unknown key',
      yaml: 'preset: buildkite\njwks_url: https://x.example',
      rules: ['unknown-key'],
    },
  ])('$name', ({ yaml, rules }) => {
    expect(read(yaml).rules).toEqual(rules);
  });

  test.each([
    'http://ci.example',
    'https://ci.example?a=b',
    'https://ci.example#a',
    'https://user@ci.example',
    '"https://ci.example "',
    'ci.example',
  ])('T22, T61: an issuer of %s', url => {
    expect(read(`issuer: ${url}\njwks_uri: https://ci.example/jwks\nbind: [a]`).rules).toContain(
      'wrong-value',
    );
  });

  test('T61: keys are fetched over TLS alone', () => {
    expect(read('issuer: https://ci.example\njwks_uri: http://ci.example/jwks\nbind: [a]').rules).toContain(
      'wrong-value',
    );
  });

  test('everything that is wrong is said at once', () => {
    expect(read('issuer: http://x\nalgorithms: [none]\nmax_token_lifetime: 1\nfoo: 1').rules).toHaveLength(4);
  });
});

test.each([
  ['https://token.actions.githubusercontent.com', 'https://github.com/'],
  ['https://token.actions.githubusercontent.com/acme', 'https://github.com/'],
  ['https://token.actions.acme.ghe.com', 'https://acme.ghe.com/'],
  ['https://ghe.acme.example/_services/token', 'https://ghe.acme.example/'],
])('the link of a job of %s leads to %s', (issuer, site) => {
  const [row] = [...rowsFrom(`- { preset: github-actions, issuer: "${issuer}" }`).values()];
  expect(row?.labels.link).toBe(`${site}{repository}/actions/runs/{run_id}`);
});

describe('an Enterprise Server is GitHub’s by its URL, whatever the row says', () => {
  const ROWS = 'issuer: https://ghe.acme.example/_services/token';

  test('T25: so leaving the preset out leaves out no binding', () => {
    const [row] = [...rowsFrom(`- ${ROWS}`).values()];
    expect(row).toMatchObject({
      preset: 'github-actions',
      origin: { uri: 'https://ghe.acme.example/_services/token/.well-known/jwks' },
    });
    expect(row?.binding).toHaveLength(1);
  });

  test('and it is not for one tenant, since each who works there may have repositories', () => {
    expect(() => rowsFrom(`- ${ROWS}\n  single_tenant: true`)).toThrow('issuer-row');
  });

  test('but a path that only looks like it is not', () => {
    expect(() => rowsFrom('- issuer: https://ghe.acme.example/_services/tokens')).toThrow('issuer-row');
  });
});
