import { beforeEach, describe, expect, test } from 'vitest';
import type { SealedKey, SealedKeys } from '../../lib/keys/sealing.ts';

function keyOf(day: string, text = day): SealedKey {
  return {
    day,
    certificate: `certificate of ${text}`,
    sealed: Buffer.from([0, 1, 254, 255, ...Buffer.from(text)]),
    until: 1_800_000_000,
  };
}
const [TODAY, TOMORROW] = [keyOf('2026-11-24'), keyOf('2026-11-25')];

/** What every store of sealed keys keeps to. */
export function sealedKeysContract(make: () => SealedKeys | Promise<SealedKeys>): void {
  let store: SealedKeys;
  beforeEach(async () => {
    store = await make();
  });

  describe('as every store of sealed keys', () => {
    test('it has nothing at first', async () => {
      expect(await store.listCertificates()).toEqual([]);
      expect(await store.findSealed(TODAY.day)).toBeUndefined();
    });

    test('it gives back what it keeps, to the byte', async () => {
      expect(await store.keep(TODAY)).toBe(true);
      expect(await store.keep(TOMORROW)).toBe(true);
      expect(await store.findSealed(TODAY.day)).toEqual(TODAY.sealed);
      expect([...(await store.listCertificates())].sort()).toEqual([TODAY.certificate, TOMORROW.certificate]);
    });

    test('a day keeps its first key', async () => {
      await store.keep(TODAY);
      expect(await store.keep(keyOf(TODAY.day, 'another'))).toBe(false);
      expect(await store.findSealed(TODAY.day)).toEqual(TODAY.sealed);
      expect(await store.listCertificates()).toEqual([TODAY.certificate]);
    });

    test('of several that keep a key for one day at the same time, one does', async () => {
      const racing = ['a', 'b', 'c'].map(text => store.keep(keyOf(TODAY.day, text)));
      expect((await Promise.all(racing)).filter(Boolean)).toEqual([true]);
      expect(await store.listCertificates()).toHaveLength(1);
    });
  });
}
