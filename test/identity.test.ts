import { describe, expect, test } from 'vitest';
import { identify, remember } from '../lib/identity.ts';
import type { Outcome } from '../lib/outcome.ts';
import type { Credential } from '../lib/providers/provider.ts';
import { type IdentityStore, memoryIdentities } from '../lib/stores/identities.ts';
import { AWS, DECISION_ID, JWT } from './harness/answer.ts';
import { codeOf } from './harness/code.ts';
import { grantFor, TRUST } from './harness/grant.ts';
import { NOW, PROVIDER } from './harness/policy.ts';

const reached = { decisionId: DECISION_ID, at: NOW, protocol: 'sts', sourceAddress: undefined, ms: {} };
const issued = (credential: Credential): Outcome => ({
  kind: 'issued',
  reached,
  grant: grantFor(TRUST + PROVIDER),
  credential,
});

const away = (): Promise<never> => Promise.reject(new Error('the table is away'));
const broken: IdentityStore = { remember: away, find: away };

describe('whose session it is', () => {
  test('is known of a session that was issued, until it expires', async () => {
    const store = memoryIdentities();
    await remember(store, issued(AWS));
    expect(await identify(store, AWS.sessionToken, NOW)).toEqual({
      arn: AWS.assumedRole,
      userId: AWS.assumedRoleId,
      account: '123456789012',
      expiresAt: AWS.expiresAt,
    });
    expect(await codeOf(() => identify(store, AWS.sessionToken, AWS.expiresAt - 0.1))).toBe('none');
    expect(await codeOf(() => identify(store, AWS.sessionToken, AWS.expiresAt))).toBe('session_expired');
  });

  test.each(['', 'another', AWS.sessionToken.toUpperCase()])('is not known of %j', async token => {
    const store = memoryIdentities();
    await remember(store, issued(AWS));
    expect(await codeOf(() => identify(store, token, NOW))).toBe('session_unknown');
  });

  test.each<{ name: string; outcome: Outcome }>([
    { name: 'another kind of credential', outcome: issued(JWT) },
    { name: 'a denial', outcome: { kind: 'denied', reached, reason: 'role_unknown' } },
  ])('nothing is remembered of $name', async ({ outcome }) => {
    expect(await codeOf(() => remember(broken, outcome))).toBe('none');
  });

  test('cannot be told when the store is away, which is a fault of ours', async () => {
    expect(await codeOf(() => identify(broken, 'token', NOW))).toBe('identities_unavailable');
    expect(await codeOf(() => remember(broken, issued(AWS)))).toBe('identities_unavailable');
  });
});
