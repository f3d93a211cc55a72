import { describe, expect, test } from 'vitest';
import { listReasonLines, tellReason } from '../../lib/cli/refusal.ts';
import type { RefusedExchange, UnreachableBroker } from '../../lib/client/client.ts';
import { testTerminal } from '../harness/local.ts';

const REFUSED: RefusedExchange = {
  outcome: 'refused',
  status: 400,
  code: 'trust_not_met',
  description: 'No.',
  decisionId: 'd-1',
  errorUri: 'https://sts.acme.example/errors/trust_not_met',
  claims: [
    { claim: 'build_branch', why: 'differs', value: 'next' },
    { claim: 'queue_key', why: 'absent', add: '--claim queue_key' },
  ],
  contact: '#team-web',
};
const ASKING = {
  broker: 'https://sts.acme.example',
  role: 'web',
  mint: async () => '',
  ask: async () => REFUSED,
};

test('a refusal names the decision, whom to ask, the claims and what to add, and the page', () => {
  expect(listReasonLines(REFUSED)).toEqual([
    'trust_not_met: No.',
    'decision d-1',
    'contact  #team-web',
    'claim    build_branch differs; the token says: next',
    'claim    queue_key is absent. Add --claim queue_key',
    'page     https://sts.acme.example/errors/trust_not_met',
  ]);
});

test('nothing in a refusal can forge a line', () => {
  const forged = {
    ...REFUSED,
    contact: 'a\n--- forged',
    claims: [{ claim: 'a\u001b[31m', why: 'absent' as const }],
  };
  expect(listReasonLines(forged).join('')).toMatch(/^[\x20-\x7e]*$/);
});

test.each<UnreachableBroker['why']>(['no_answer', 'redirected', 'no_broker'])(
  '%s is told with its detail',
  why => {
    expect(listReasonLines({ outcome: 'unreachable', why, detail: 'ECONNREFUSED' })).toEqual([
      expect.stringMatching(new RegExp(`^${why}: .*\\(ECONNREFUSED\\)$`)),
    ]);
  },
);

describe('the exit code', () => {
  test.each<[name: string, exchanged: RefusedExchange | UnreachableBroker, exits: number]>([
    ['of a refusal is 2', REFUSED, 2],
    ['of a fault of the broker is 1', { ...REFUSED, status: 503, code: 'store_unavailable' }, 1],
    ['of no answer is 1', { outcome: 'unreachable', why: 'no_answer', detail: 'ECONNREFUSED' }, 1],
  ])('%s', (_name, exchanged, exits) => {
    expect(tellReason(exchanged, ASKING, {}, testTerminal())).toBe(exits);
  });
});

test.each([
  ['in a Buildkite job it opens its group of lines', { BUILDKITE: 'true' }, /^\^\^\^ \+\+\+\nNo credential/],
  [
    'elsewhere it does not',
    {},
    /^No credential for the role web from https:\/\/sts\.acme\.example\n {2}trust_not_met/,
  ],
])('%s', (_name, environment, expected) => {
  const terminal = testTerminal(environment);
  tellReason(REFUSED, ASKING, {}, terminal);
  expect(terminal.errors.join('')).toMatch(expected);
  expect(terminal.written).toEqual([]);
});
