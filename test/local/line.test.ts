import { expect, test } from 'vitest';
import { describeEvent } from '../../lib/local/line.ts';

const EVENT = {
  event: 'exchange',
  time: '2026-11-21T22:19:42.000Z',
  decision_id: '1172358f-83e6',
  outcome: 'issued',
  role: 'deploy-web',
  statement: 'main of web and api',
  organization: 'acme',
  pipeline: 'web',
  branch: 'main',
};
function told(event: object): string {
  return describeEvent(JSON.stringify({ ...EVENT, ...event }));
}

test('I14: a credential is one line: when, what, for whom, by which statement, and the decision', () => {
  expect(told({})).toBe(
    '22:19:42  issued  deploy-web  for acme/web on main  by "main of web and api"  1172358f-83e6',
  );
});

test.each([
  [
    'a denial by what is not met',
    {
      outcome: 'denied',
      code: 'trust_not_met',
      reason: 'no_statement_holds',
      unmet: ['build_branch differs'],
    },
    'DENIED  deploy-web  for acme/web on main  trust_not_met (not met: build_branch differs)',
  ],
  [
    'a denial by its reason',
    { outcome: 'denied', code: 'role_refused_or_unknown', reason: 'role_unknown', statement: undefined },
    'DENIED  deploy-web  for acme/web on main  role_refused_or_unknown (role_unknown)',
  ],
  [
    'a fault by its detail',
    { outcome: 'failed', code: 'provider_unavailable', detail: 'sts: ECONNREFUSED' },
    'FAILED  deploy-web  for acme/web on main  provider_unavailable (sts: ECONNREFUSED)',
  ],
  [
    'a request to a registry by its path',
    { outcome: 'authorized', role: undefined, registry: 'packages', method: 'GET', path: '/npm/x' },
    'let in  packages GET /npm/x  for acme/web on main  by "main of web and api"',
  ],
  [
    'a job without a pipeline by its subject',
    { organization: undefined, pipeline: undefined, subject: 'repo:acme/web' },
    'issued  deploy-web  for repo:acme/web  by',
  ],
  [
    'a request without a token by nothing',
    {
      organization: undefined,
      pipeline: undefined,
      role: undefined,
      outcome: 'failed',
      code: 'token_malformed',
    },
    'FAILED  (no role)  for somebody unknown  token_malformed',
  ],
])('I14: it tells %s', (_name, event, line) => {
  expect(told(event)).toContain(line);
});

test('I14: it is one short line, whatever a token says, and moves no terminal', () => {
  const line = told({ branch: `\u001b[2J\n\u202e${'x'.repeat(5000)}` });
  expect(line.length).toBeLessThan(300);
  expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(line.endsWith('1172358f-83e6')).toBe(true);
});
