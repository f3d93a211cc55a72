import { describe, expect, test } from 'vitest';
import { judgeRequest, parseRequest } from '../../../lib/cli/judge/request.ts';
import { configFrom } from '../../harness/local.ts';
import { BUILDKITE } from '../../harness/policy.ts';

const CONFIG = configFrom();
const CLAIMS = { iss: BUILDKITE, organization_slug: 'acme', pipeline_slug: 'web', build_branch: 'main' };

const judged = (changes: object = {}, name = 'deploy') =>
  judgeRequest(
    parseRequest(JSON.stringify({ of: 'role', name, claims: { ...CLAIMS, ...changes }, at: 1 })),
    CONFIG,
  );

describe('a request is decided as a broker does:', () => {
  test('allowed by a statement, for so many seconds', () => {
    expect(judged()).toEqual({ allowed: true, statement: 'pushes to main', scopes: [], seconds: 3600 });
  });

  test.each([
    ['by no statement', { build_branch: 'next' }, 'no_statement_holds'],
    ['by another audience', { aud: 'https://other.example' }, 'audience_differs'],
  ])('denied %s', (_why, changes, reason) => {
    expect(judged(changes)).toEqual({ allowed: false, reason });
  });

  test('denied where there is no such role', () => {
    expect(judged({}, 'nobody')).toEqual({ allowed: false, reason: 'not_there' });
  });

  test('T29: no claim name is special on the way', () => {
    const { claims } = parseRequest(`{"of":"role","name":"deploy","at":1,"claims":{"__proto__":{"a":1}}}`);
    expect(Object.keys(claims)).toEqual(['__proto__']);
  });
});
