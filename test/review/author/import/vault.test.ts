import { describe, expect, test } from 'vitest';
import { listNotes } from '../../../../lib/review/author/import/imported.ts';
import { importVault, isVaultRole } from '../../../../lib/review/author/import/vault.ts';

const GITLAB = 'https://gitlab.com';
const ROLE = {
  role_type: 'jwt',
  user_claim: 'sub',
  bound_audiences: ['https://vault.example'],
  token_policies: ['web'],
};
const PROJECT = { project_path: 'acme/web' };

function entryOf(role: object, iss = GITLAB) {
  return importVault({ ...ROLE, ...role }, iss).trust[0];
}

describe('a role of Vault is carried over:', () => {
  test.each<[name: string, role: object, claims: object]>([
    ['a claim', { bound_claims: PROJECT }, { project_path: { equals: 'acme/web' } }],
    [
      'several values of one',
      { bound_claims: { ...PROJECT, ref: ['main', 'next'] } },
      { project_path: { equals: 'acme/web' }, ref: { in: ['main', 'next'] } },
    ],
    [
      'a star, which is text unless the role says glob',
      { bound_claims: { ...PROJECT, ref: 'v*' } },
      { project_path: { equals: 'acme/web' }, ref: { equals: 'v*' } },
    ],
    [
      'a pattern',
      { bound_claims: { ...PROJECT, ref: ['v**', 'main'] }, bound_claims_type: 'glob' },
      { project_path: { equals: 'acme/web' }, ref: { matches: ['v*', 'main'] } },
    ],
    [
      'a list in the token',
      { bound_claims: { ...PROJECT, groups_direct: ['acme/ops'] } },
      { project_path: { equals: 'acme/web' }, groups_direct: { contains: 'acme/ops' } },
    ],
    [
      'the subject, by what it names',
      { bound_subject: 'project_path:acme/web:ref_type:branch:ref:main' },
      { project_path: { equals: 'acme/web' }, ref_type: { equals: 'branch' }, ref: { equals: 'main' } },
    ],
    [
      'the claim that names its user, without which Vault lets nobody in',
      { bound_claims: PROJECT, user_claim: 'environment' },
      { project_path: { equals: 'acme/web' }, environment: { matches: '?*' } },
    ],
  ])('%s', (_name, role, claims) => {
    expect(entryOf(role)?.draft?.claims).toEqual(claims);
  });

  test('with its addresses', () => {
    const draft = entryOf({ bound_claims: PROJECT, token_bound_cidrs: ['203.0.113.0/24'] })?.draft;
    expect(draft?.request).toEqual({ source_ip: { in: ['203.0.113.0/24'] } });
  });
});

describe('a role of Vault is left out, with the reason:', () => {
  test.each<[name: string, role: object, reason: string]>([
    ['nobody in particular', {}, 'no claim'],
    ['people who log in', { role_type: 'oidc', bound_claims: PROJECT }, 'browser'],
    ['groups', { groups_claim: 'groups_direct', bound_claims: PROJECT }, 'groups_claim'],
    [
      'a pattern with what ours take otherwise',
      { bound_claims: { ...PROJECT, ref: 'v?*' }, bound_claims_type: 'glob' },
      '"v?*"',
    ],
    ['a value that is no plain one', { bound_claims: { project_path: { a: 1 } } }, 'project_path'],
    [
      'an address with host bits',
      { bound_claims: PROJECT, token_bound_cidrs: ['203.0.113.7/24'] },
      '203.0.113.7/24',
    ],
    ['a subject twice', { bound_subject: 'a', bound_claims: { sub: 'b', ...PROJECT } }, 'bound_subject'],
  ])('%s', (_name, role, reason) => {
    const entry = entryOf(role);
    expect(entry?.draft).toBeUndefined();
    expect(entry?.notes.map(({ says }) => says).join()).toContain(reason);
  });

  test('an issuer that nobody names', () => {
    const made = importVault({ ...ROLE, bound_claims: PROJECT }, undefined);
    expect(
      listNotes(made)
        .map(({ says }) => says)
        .join(),
    ).toContain('--issuer');
  });
});

test('a role is known by its members', () => {
  expect([isVaultRole(ROLE), isVaultRole({ Statement: [] }), isVaultRole(null)]).toEqual([
    true,
    false,
    false,
  ]);
});
