import { describe, expect, test } from 'vitest';
import type { Claims } from '../../../lib/policy/claims.ts';
import { answerQuestion } from '../../../lib/review/console/answer.ts';
import { heldOf, roleIn } from '../../harness/console.ts';
import { BUILDKITE, NOW, rowsFrom } from '../../harness/policy.ts';

const held = heldOf({
  rows: [...rowsFrom('- preset: buildkite\n  require: { organization_slug: acme }').values()],
});
const PUSH = { organization_slug: 'acme', pipeline_slug: 'web', build_branch: 'main' };

function asked(claims: Claims) {
  return answerQuestion(
    { claims, scopes: undefined, seconds: undefined, context: { now: NOW, sourceAddress: undefined } },
    roleIn(held, 'publish'),
    held,
  );
}

test('a job that the role admits is allowed, its issuer that of the first statement', () => {
  expect(asked(PUSH)).toMatchObject({ issuer: BUILDKITE, stopped: undefined, decision: { allowed: true } });
});

test('a job that it does not admit is told what would have to change, on both sides', () => {
  const { decision, remedies } = asked({ ...PUSH, build_branch: 'next' });
  expect(decision).toMatchObject({ allowed: false, reason: 'no_statement_holds' });
  expect([remedies.step.length, remedies.policy.length]).toEqual([1, 1]);
});

describe('before any role, a token is stopped', () => {
  test.each([
    ['that does not meet the guard', { ...PUSH, organization_slug: 'else' }, 'guard_not_met'],
    ['of an issuer that broker.yml lacks', { ...PUSH, iss: 'https://else.example' }, 'issuer_unknown'],
  ])('%s', (_name, claims, stopped) => {
    expect(asked(claims).stopped).toBe(stopped);
  });
});
