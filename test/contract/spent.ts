import { describe, expect, test } from 'vitest';
import type { SpentStore } from '../../lib/stores/spent.ts';
import { NOW } from '../harness/policy.ts';

/** What every store of used tokens keeps to. `opened` gives ways to the same store, as several processes have them. */
export function spentContract(opened: () => readonly [SpentStore, SpentStore]): void {
  const spends = async (store: SpentStore, key: string, now = NOW): Promise<boolean> =>
    (await store.spend(key, NOW + 10, now)) !== undefined;

  describe('T63: a token is spent once', () => {
    test('and no second time while it would be taken', async () => {
      const [one, other] = opened();
      expect(await spends(one, 'a')).toBe(true);
      expect(await spends(other, 'a')).toBe(false);
      expect(await spends(one, 'a', NOW + 9.9)).toBe(false);
    });

    test('and another key is another token', async () => {
      const [one] = opened();
      expect([await spends(one, 'role-a:b'), await spends(one, 'role-a:c')]).toEqual([true, true]);
    });

    test('of many uses at the same time', async () => {
      const stores = opened();
      const uses = Array.from({ length: 20 }, (_, index) => spends(stores[index % 2 ? 1 : 0], 'race'));
      expect((await Promise.all(uses)).filter(Boolean)).toHaveLength(1);
    });

    test('and again after its use was taken back, by whoever comes first then', async () => {
      const [one, other] = opened();
      const spent = await one.spend('back', NOW + 10, NOW);
      await spent?.release();
      expect([await spends(other, 'back'), await spends(one, 'back')]).toEqual([true, false]);
    });
  });
}
