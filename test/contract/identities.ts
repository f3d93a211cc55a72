import { expect, test } from 'vitest';
import type { Identity, IdentityStore } from '../../lib/stores/identities.ts';
import { NOW } from '../harness/policy.ts';

/** What every store of identities keeps to. The store is one that is used by nobody else. */
export function identitiesContract(opened: () => IdentityStore): void {
  const identity = (name: string): Identity => ({
    arn: `arn:aws:sts::123456789012:assumed-role/deploy/${name}`,
    userId: `AROAEXAMPLE:${name}`,
    account: '123456789012',
    accessKeyId: 'ASIATESTTESTTESTTEST',
    expiresAt: NOW + 3600,
  });

  test('what was remembered of a session is found by its token, and by no other', async () => {
    const store = opened();
    await store.remember('token-a', identity('a'), NOW);
    await store.remember('token-b', identity('b'), NOW);
    expect(await store.find('token-a')).toEqual(identity('a'));
    expect(await store.find('token-b')).toEqual(identity('b'));
    for (const other of ['token', 'token-a ', 'TOKEN-A', '', '__proto__'])
      expect(await store.find(other)).toBeUndefined();
  });

  test('by what a session can be switched off is kept with it', async () => {
    const store = opened();
    const origin = { issuer: 'https://i', keyId: 'k', organization: 'o', pipeline: undefined, role: 'r' };
    await store.remember('token-o', { ...identity('o'), origin }, NOW);
    expect(await store.find('token-o')).toEqual({ ...identity('o'), origin });
  });

  test('a long token is as good as any', async () => {
    const store = opened();
    const long = 'IQoJb3JpZ2luX2VjE'.repeat(200);
    await store.remember(long, identity('long'), NOW);
    expect(await store.find(long)).toEqual(identity('long'));
    expect(await store.find(`${long}=`)).toBeUndefined();
  });

  test('remembering the same again changes nothing', async () => {
    const store = opened();
    await Promise.all([1, 2, 3].map(() => store.remember('token-c', identity('c'), NOW)));
    expect(await store.find('token-c')).toEqual(identity('c'));
  });
}
