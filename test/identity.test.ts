import { describe, expect, test } from 'vitest';
import { findIdentity, type Identities, rememberIdentity } from '../lib/identity.ts';
import type { Outcome } from '../lib/outcome.ts';
import type { Credential } from '../lib/providers/provider.ts';
import { createMemoryIdentities, type IdentityStore } from '../lib/stores/identities.ts';
import type { Switch } from '../lib/switch.ts';
import { AWS, DECISION_ID, JWT } from './harness/answer.ts';
import { codeOf } from './harness/code.ts';
import { grantFor, TRUST } from './harness/grant.ts';
import { BUILDKITE, NOW, PROVIDER } from './harness/policy.ts';
import { switchOf } from './harness/switch.ts';

const reached = { decisionId: DECISION_ID, at: NOW, protocol: 'sts', sourceAddress: undefined, ms: {} };
function issued(credential: Credential): Outcome {
  return { kind: 'issued', reached, grant: grantFor(TRUST + PROVIDER), credential };
}

const OWN = { accessKeyId: AWS.accessKeyId, sessionToken: AWS.sessionToken };

function away(): Promise<never> {
  return Promise.reject(new Error('the table is away'));
}
const broken: IdentityStore = { remember: away, find: away };
function known(identities: IdentityStore, ...off: readonly Switch[]): Identities {
  return { identities, switches: async () => off };
}

describe('whose session it is', () => {
  test('is known of a session that was issued, until it expires', async () => {
    const store = createMemoryIdentities();
    await rememberIdentity(store, issued(AWS));
    expect(await findIdentity(known(store), OWN, NOW)).toEqual({
      arn: AWS.assumedRole,
      userId: AWS.assumedRoleId,
      account: '123456789012',
      accessKeyId: AWS.accessKeyId,
      expiresAt: AWS.expiresAt,
    });
    expect(await codeOf(() => findIdentity(known(store), OWN, AWS.expiresAt - 0.1))).toBe('none');
    expect(await codeOf(() => findIdentity(known(store), OWN, AWS.expiresAt))).toBe('session_expired');
  });

  test.each(['', 'another', AWS.sessionToken.toUpperCase()])('is not known of %j', async token => {
    const store = createMemoryIdentities();
    await rememberIdentity(store, issued(AWS));
    expect(await codeOf(() => findIdentity(known(store), { ...OWN, sessionToken: token }, NOW))).toBe(
      'session_unknown',
    );
  });

  test('is told to nobody who does not sign, or signs with another key', async () => {
    const store = createMemoryIdentities();
    await rememberIdentity(store, issued(AWS));
    const asked = (accessKeyId: string | undefined, now = NOW) =>
      codeOf(() => findIdentity(known(store), { ...OWN, accessKeyId }, now));
    expect([
      await asked(undefined),
      await asked('ASIAANOTHERANOTHER12'),
      // Also of a session that has expired: whose key it was is not told either.
      await asked('ASIAANOTHERANOTHER12', AWS.expiresAt),
      await asked(AWS.accessKeyId, AWS.expiresAt),
    ]).toEqual(['session_unsigned', 'session_unknown', 'session_unknown', 'session_expired']);
  });

  test('is not told once its role was switched off, and only of sessions that this struck', async () => {
    const store = createMemoryIdentities();
    const origin = { issuer: BUILDKITE, keyId: 'k', organization: 'acme', pipeline: 'web', role: 'deploy' };
    const identity = { arn: 'a', userId: 'u', account: '1', accessKeyId: 'k', expiresAt: NOW + 1, origin };
    const asked = { accessKeyId: 'k', sessionToken: 'token' };
    await store.remember('token', identity, NOW);
    const told = (role: string) =>
      codeOf(() => findIdentity(known(store, switchOf({ what: 'role', names: [role] })), asked, NOW));
    expect([await told('deploy'), await told('release')]).toEqual(['role_switched_off', 'none']);
  });

  test.each<{ name: string; outcome: Outcome }>([
    { name: 'another kind of credential', outcome: issued(JWT) },
    { name: 'a denial', outcome: { kind: 'denied', reached, reason: 'role_unknown' } },
  ])('nothing is remembered of $name', async ({ outcome }) => {
    expect(await codeOf(() => rememberIdentity(broken, outcome))).toBe('none');
  });

  test('cannot be told when the store is away, which is a fault of ours', async () => {
    expect(await codeOf(() => findIdentity(known(broken), OWN, NOW))).toBe('identities_unavailable');
    expect(await codeOf(() => rememberIdentity(broken, issued(AWS)))).toBe('identities_unavailable');
  });
});
