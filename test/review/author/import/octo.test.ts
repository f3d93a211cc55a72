import { describe, expect, test } from 'vitest';
import { listNotes, writeImportedRole } from '../../../../lib/review/author/import/imported.ts';
import { importOcto, OctoRefused } from '../../../../lib/review/author/import/octo.ts';
import { GITHUB, roleFrom } from '../../../harness/policy.ts';

const SUBJECT = 'repo:acme/web:ref:refs/heads/main';
const POLICY = { issuer: GITHUB, subject: SUBJECT };
const REPOSITORY = { repository_owner: { equals: 'acme' }, repository: { equals: 'acme/web' } };
const PARTS = { ...REPOSITORY, ref: { equals: 'refs/heads/main' } };
const GIVES = { permissions: { contents: 'read' } };
const SETTING = { app: 'Iv23liAbCdEfGhIjKlMn', owner: 'acme', repository: 'web' };

function draftOf(policy: object) {
  return importOcto({ ...policy }).trust[0]?.draft;
}
/** A policy without flags does not say what the role gives, which is a loss of its own. */
function lostIn(policy: object): string[] {
  return listNotes(importOcto({ ...GIVES, ...policy }, SETTING))
    .filter(({ exact }) => !exact)
    .map(({ says }) => says);
}

describe('carried over:', () => {
  test.each<[name: string, policy: object, claims: object]>([
    ['a subject, with what it names', POLICY, { ...PARTS, sub: { equals: SUBJECT } }],
    [
      'R5: a pattern with alternatives',
      { issuer: GITHUB, subject_pattern: 'repo:acme/web:ref:refs/heads/(main|next)' },
      {
        ...REPOSITORY,
        ref: { in: ['refs/heads/main', 'refs/heads/next'] },
        sub: { in: [SUBJECT, 'repo:acme/web:ref:refs/heads/next'] },
      },
    ],
    [
      'R3: any text',
      { issuer: GITHUB, subject_pattern: 'repo:acme/web:ref:refs/heads/.*', claim_pattern: { actor: '.+' } },
      {
        ...REPOSITORY,
        ref: { matches: 'refs/heads/*' },
        sub: { matches: 'repo:acme/web:ref:refs/heads/*' },
        actor: { matches: '?*' },
      },
    ],
    [
      'P24: alternatives of which one goes on',
      {
        issuer: GITHUB,
        subject_pattern: 'repo:acme@65/web@74:.*',
        claim_pattern: { ref: 'refs/heads/(main|release-.*)' },
      },
      {
        ...REPOSITORY,
        repository_owner_id: { equals: '65' },
        repository_id: { equals: '74' },
        ref: { matches: ['refs/heads/release-*', 'refs/heads/main'] },
      },
    ],
    [
      'R5: what may be left out',
      { issuer: GITHUB, subject_pattern: 'repo:acme(@65)?/web(@74)?:ref:refs/heads/main' },
      expect.objectContaining({ ...PARTS, sub: { in: expect.arrayContaining([SUBJECT]) } }),
    ],
    [
      'a claim',
      { ...POLICY, claim_pattern: { event_name: 'push' } },
      { ...PARTS, sub: { equals: SUBJECT }, event_name: { equals: 'push' } },
    ],
    [
      'a truth, which is text to octo-sts',
      { issuer: 'https://accounts.google.com', subject: '1', claim_pattern: { email_verified: 'true' } },
      { sub: { equals: '1' }, email_verified: { equals: true } },
    ],
    [
      'what an issuer says of which nothing is known',
      { issuer: 'https://ci.example', subject: 'a', claim_pattern: { x: 'y' } },
      { sub: { equals: 'a' }, x: { equals: 'y' } },
    ],
  ])('%s', (_name, policy, claims) => {
    expect(draftOf(policy)?.claims).toEqual(claims);
    expect(lostIn(policy)).toEqual([]);
  });

  test('an issuer by a pattern that names some', () => {
    const { trust } = importOcto({ issuer_pattern: 'https://(a|b)\\.example', subject: 'x' });
    expect(trust.map(({ draft }) => draft?.iss)).toEqual(['https://a.example', 'https://b.example']);
  });

  test('R4: a dot as the dot that it was meant to be, and said', () => {
    const claim_pattern = { job_workflow_ref: 'acme/ci/.github/workflows/release.yaml@refs/heads/main' };
    expect(draftOf({ ...POLICY, claim_pattern })?.claims['job_workflow_ref']).toEqual({
      equals: claim_pattern.job_workflow_ref,
    });
    expect(lostIn({ ...POLICY, claim_pattern })).toHaveLength(1);
  });
});

describe('R6: left out, each part with its own reason, and the rest as a draft:', () => {
  test.each<[name: string, policy: object, reason: string, kept: string[]]>([
    ['issuers by a pattern', { issuer_pattern: 'https://.*', subject: 'a' }, 'issuer_pattern', []],
    [
      'a subject that repeats',
      {
        issuer: GITHUB,
        subject_pattern: 'repo:acme/web:ref:refs/tags/v[0-9]+',
        claim_pattern: { event_name: 'push' },
      },
      'sub: [0-9]+',
      ['repository_owner', 'repository', 'event_name'],
    ],
    [
      'a claim that repeats',
      { ...POLICY, claim_pattern: { ref: 'refs/heads/v[0-9]+', actor: 'octocat' } },
      'ref: [0-9]+',
      ['repository_owner', 'repository', 'sub', 'actor'],
    ],
    [
      'a claim that the issuer never sends',
      { ...POLICY, claim_pattern: { reff: 'main' } },
      'reff',
      ['sub', 'reff'],
    ],
    ['a subject that names no tenant', { issuer: GITHUB, subject: 'anything' }, 'Bind', ['sub']],
  ])('%s', (_name, policy, reason, kept) => {
    const [entry] = importOcto({ ...policy }).trust;
    expect(entry?.draft).toBeUndefined();
    expect(entry?.notes.map(({ says }) => says).join()).toContain(reason);
    expect(Object.keys(entry?.partial?.claims ?? {})).toEqual(expect.arrayContaining(kept));
    const text = writeImportedRole(importOcto({ ...policy }));
    for (const claim of kept) expect(text).toMatch(new RegExp(`^# +${claim}:`, 'm'));
  });
});

describe('R1: what octo-sts refuses itself is refused, by name:', () => {
  test.each<[name: string, policy: object, said: string]>([
    ['a claim outside of claim_pattern', { ...POLICY, actor: 'octocat' }, '"actor"'],
    ['a key that is mistyped', { ...POLICY, claim_patterns: { ref: 'x' } }, 'Did you mean "claim_pattern"'],
    ['subject beside subject_pattern', { ...POLICY, subject_pattern: '.*' }, 'subject_pattern'],
    ['issuer beside issuer_pattern', { ...POLICY, issuer_pattern: '.*' }, 'issuer_pattern'],
    [
      'audience beside audience_pattern',
      { ...POLICY, audience: 'a', audience_pattern: '.*' },
      'audience_pattern',
    ],
    ['no subject', { issuer: GITHUB }, 'subject'],
    ['no issuer', { subject: 'a' }, 'issuer'],
    ['a claim that is no text', { ...POLICY, claim_pattern: { run_id: 7 } }, 'run_id'],
    ['a subject that is no text', { ...POLICY, subject: 7 }, 'subject'],
    ['claims that are a list', { ...POLICY, claim_pattern: ['a'] }, 'claim_pattern'],
    ['repositories that are no list', { ...POLICY, repositories: 'web' }, 'repositories'],
    ['repositories beside a repository', { ...POLICY, repositories: ['web'] }, 'repositories'],
  ])('%s', (_name, policy, said) => {
    expect(() => importOcto({ ...policy }, SETTING)).toThrow(OctoRefused);
    expect(() => importOcto({ ...policy }, SETTING)).toThrow(said);
  });
});

describe('R7: what the token of octo-sts may do', () => {
  test('is a whole role, where the App and the place are said', () => {
    const role = roleFrom(
      writeImportedRole(
        importOcto({ ...POLICY, permissions: { contents: 'write', pull_requests: 'read' } }, SETTING),
      ),
    );
    expect(role.template).toMatchObject({
      kind: 'github',
      app: SETTING.app,
      owner: 'acme',
      repositories: ['web'],
      permissions: { token: { contents: 'write', pull_requests: 'read' } },
    });
    expect(role.trust.map(({ scopes }) => scopes)).toEqual([['token']]);
  });
  test('is for the repositories that an organization names', () => {
    const { app, owner } = SETTING;
    const made = importOcto({ ...POLICY, ...GIVES, repositories: ['web', 'docs'] }, { app, owner });
    expect(made.github?.repositories).toEqual(['web', 'docs']);
  });
  test.each<[name: string, setting: object, policy: object, flag: string]>([
    ['the App', { owner: 'acme', repository: 'web' }, GIVES, '--app'],
    ['the owner', { app: SETTING.app, repository: 'web' }, GIVES, '--owner'],
    ['the repository', { app: SETTING.app, owner: 'acme' }, GIVES, '--repository'],
    ['permissions', SETTING, {}, 'permissions'],
  ])('is left out, and said how to have it, without %s', (_name, setting, policy, flag) => {
    const made = importOcto({ ...POLICY, ...policy }, setting);
    expect([made.github, made.trust[0]?.draft?.scopes]).toEqual([undefined, undefined]);
    expect(made.notes.map(({ says }) => says).join()).toContain(flag);
  });
});
