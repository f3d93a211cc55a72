import { expect, test } from 'vitest';
import { type Parts, runExchange } from '../lib/exchange.ts';
import { testBroker } from './harness/broker.ts';
import { TRUST } from './harness/grant.ts';
import { tokenClaims } from './harness/issuer.ts';
import { NOW, PROVIDER } from './harness/policy.ts';

const ROLE = `single_use: true\n${TRUST}${PROVIDER}\n`;
const { broker, issuer } = await testBroker({ roles: { once: ROLE } });

/** The parts of a broker, each of which tells that it was used. */
function watchParts(parts: Parts, used: string[], changes: Partial<Parts> = {}): Parts {
  const watch =
    <Given extends readonly unknown[], Value>(name: string, part: (...given: Given) => Value) =>
    (...given: Given): Value => {
      used.push(name);
      return part(...given);
    };
  const whole = { ...parts, ...changes };
  return {
    ...whole,
    verify: watch('verify the token', whole.verify),
    switches: watch('ask the switches', whole.switches),
    refusals: { ...whole.refusals, check: watch('check the refusals', whole.refusals.check) },
    roles: { ...whole.roles, find: watch('find the role', name => whole.roles.find(name)) },
    admit: watch('admit the tenant', whole.admit),
    spent: { spend: watch('spend the token', (...given) => whole.spent.spend(...given)) },
    now: watch('read the time', whole.now),
    issue: watch('issue', whole.issue),
  };
}

async function exchangeOnce(changes: Partial<Parts> = {}, role = 'once') {
  const used: string[] = [];
  const request = {
    subjectToken: await issuer.sign(tokenClaims({ jti: crypto.randomUUID() })),
    access: { role, scopes: undefined, seconds: undefined, kinds: undefined, sessionName: undefined },
  };
  const visit = {
    decisionId: 'd',
    protocol: 'oauth',
    reusesToken: false,
    now: NOW,
    sourceAddress: undefined,
  };
  const outcome = await runExchange(watchParts(broker.parts, used, changes), request, visit);
  return { used, outcome };
}

const BEFORE_POLICY = ['verify the token', 'ask the switches', 'check the refusals', 'find the role'];
const BEFORE_ISSUE = ['ask the switches', 'admit the tenant', 'spend the token', 'read the time'];

test('the stages of an exchange have one order', async () => {
  const { used, outcome } = await exchangeOnce();
  expect(outcome.kind).toBe('issued');
  expect(used).toEqual([...BEFORE_POLICY, ...BEFORE_ISSUE, 'issue']);
});

test('one that was frozen asks the switches again before it issues', async () => {
  const { used, outcome } = await exchangeOnce({ now: () => NOW + 5 });
  expect(outcome.kind).toBe('issued');
  expect(used).toEqual([...BEFORE_POLICY, ...BEFORE_ISSUE, 'ask the switches', 'issue']);
});

test('one that is denied ends at its stage', async () => {
  const { used, outcome } = await exchangeOnce({}, 'unknown');
  expect(outcome.kind).toBe('denied');
  expect(used).toEqual(BEFORE_POLICY);
});
