import { describe, expect, test } from 'vitest';
import { addSubjectClaims, checkLoadable, findFacts } from '../../../../lib/review/author/import/issuer.ts';
import { BUILDKITE, GITHUB } from '../../../harness/policy.ts';

const WEB = { matches: 'organization:acme:pipeline:web:*' };
const NAMED = { organization_slug: { equals: 'acme' }, pipeline_slug: { equals: 'web' } };

function claimsOf(claims: object, mayReplace?: boolean): object[] {
  return addSubjectClaims(
    { name: 'tested', draft: { iss: BUILDKITE, claims: { ...claims } }, notes: [] },
    mayReplace,
  ).map(({ draft }) => draft.claims);
}

describe('what sub names', () => {
  test('stands instead of it', () => {
    expect(claimsOf({ sub: WEB })).toEqual([NAMED]);
  });
  test('stands beside it where it must stay', () => {
    expect(claimsOf({ sub: WEB }, false)).toEqual([{ ...NAMED, sub: WEB }]);
  });
  test('stands beside what other conditions say', () => {
    const build_source = { equals: 'webhook' };
    expect(claimsOf({ sub: WEB, build_source })).toEqual([{ ...NAMED, build_source }]);
    expect(claimsOf({ sub: WEB, ...NAMED })).toEqual([NAMED]);
  });
  test('does not take the place of another condition on the claim', () => {
    const pipeline_slug = { in: ['web', 'api'] };
    expect(claimsOf({ sub: WEB, pipeline_slug })).toEqual([
      { organization_slug: { equals: 'acme' }, pipeline_slug, sub: WEB },
    ]);
  });
  test('may need several statements, and no id twice', () => {
    const sub = { matches: ['organization:a:pipeline:x:*', 'organization:b:pipeline:y:*'] };
    const all = addSubjectClaims({
      name: 'tested',
      draft: { iss: BUILDKITE, id: 'one', claims: { sub } },
      notes: [],
    });
    expect(all.map(({ draft }) => [draft.id, draft.claims['organization_slug']])).toEqual([
      [undefined, { equals: 'a' }],
      [undefined, { equals: 'b' }],
    ]);
  });
  test('of GitHub by names alone leaves sub, and says why', () => {
    const draft = { iss: GITHUB, claims: { sub: { equals: 'repo:acme/web:environment:prod' } } };
    const [entry] = addSubjectClaims({ name: 'tested', draft, notes: [] });
    expect(Object.keys(entry?.draft.claims ?? {})).toContain('sub');
    expect(entry?.notes.map(({ says }) => says).join()).toContain('2026-07-15');
  });
  test.each(['repository_id', 'repository_owner_id'])('of GitHub leaves sub without more beside %s', id => {
    const sub = { matches: 'repo:acme/web:*' };
    const draft = { iss: GITHUB, claims: { sub, [id]: { equals: '74' } } };
    const [entry] = addSubjectClaims({ name: 'tested', draft, notes: [] }, false);
    expect(entry?.draft.claims).toMatchObject(draft.claims);
    expect(entry?.notes.map(({ says }) => says).join()).not.toContain('2026-07-15');
  });
});

describe('the tenant is bound, narrower, where no role takes how the source binds it:', () => {
  const carriedOf = (iss: string, claims: object) =>
    addSubjectClaims({ name: 'tested', draft: { iss, claims: { ...claims } }, notes: [] }).map(
      ({ draft, notes }) => [draft.claims, notes.some(({ exact }) => !exact)],
    );
  test('a group of GitLab', () => {
    expect(carriedOf('https://gitlab.com', { sub: { matches: 'project_path:acme/*' } })).toEqual([
      [{ namespace_path: { equals: 'acme' } }, true],
    ]);
    expect(carriedOf('https://gitlab.com', { sub: { matches: 'project_path:acme*' } })).toEqual([
      [{ project_path: { matches: 'acme*' } }, false],
    ]);
  });
  test('an account of Google by its azp', () => {
    const azp = { equals: '104857600000000000001' };
    expect(carriedOf('https://accounts.google.com', { azp })).toEqual([[{ azp, sub: azp }, true]]);
    const client = { equals: 'x.apps.googleusercontent.com' };
    expect(carriedOf('https://accounts.google.com', { azp: client })).toEqual([[{ azp: client }, false]]);
  });
});

test('what the loader would refuse is left out, and is a draft for its reader', () => {
  const draft = { iss: BUILDKITE, claims: { pipeline_slug: { equals: 'web' } } };
  const refused = checkLoadable({ name: 'tested', draft, notes: [] }, 'trust');
  expect([refused.draft, refused.partial]).toEqual([undefined, draft]);
  expect(checkLoadable({ name: 'tested', draft, notes: [] }, 'deny').draft).toEqual(draft);
});

test('of an issuer without a preset nothing is known but how to name it', () => {
  expect([findFacts('https://ci.example').vocabulary, findFacts(BUILDKITE).vocabulary]).toEqual([
    undefined,
    expect.any(Object),
  ]);
  const rowOf = (sub: object): string => {
    const draft = { iss: 'https://ci.example', claims: { sub: { ...sub } } };
    return checkLoadable({ name: 'tested', draft, notes: [] }, 'trust')
      .notes.map(({ says }) => says)
      .join();
  };
  expect(rowOf({ equals: 'a' })).toContain('bind: [sub]');
  expect(rowOf({ matches: 'a*' })).toContain('single_tenant');
});
