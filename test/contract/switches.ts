import { expect, test } from 'vitest';
import type { SwitchStore } from '../../lib/stores/switches.ts';
import { switchOf } from '../harness/switch.ts';

/** What every store of switches keeps to. Each test has one of its own. */
export function switchesContract(opened: () => Promise<SwitchStore>): void {
  const role = switchOf({ what: 'role', names: ['deploy-web'] });
  const pipeline = switchOf({ what: 'pipeline', names: ['web "one"', 'acme', 'https://issuer.example'] });

  test('what was set is there as it was', async () => {
    const store = await opened();
    expect(await store.list()).toEqual([]);
    await store.set(role);
    await store.set(pipeline);
    const all = await store.list();
    expect(all).toHaveLength(2);
    expect(all).toEqual(expect.arrayContaining([role, pipeline]));
  });

  test('by what it strikes is there: an id, and that the name is all there is', async () => {
    const store = await opened();
    const known = [
      { ...pipeline, id: 'p-1', byName: true },
      { ...switchOf({ what: 'organization', names: ['acme', 'https://issuer.example'] }), byName: true },
    ];
    for (const each of known) await store.set(each);
    expect(await store.list()).toEqual(expect.arrayContaining(known));
  });

  test('until when a demand is suspended is there', async () => {
    const store = await opened();
    const until = '2027-01-15T12:00:00.000Z';
    const suspended = { ...switchOf({ what: 'running', names: ['deploy-web'] }), until };
    await store.set(suspended);
    expect(await store.list()).toEqual([suspended]);
  });

  test('what is set again is there once, as it was set last', async () => {
    const store = await opened();
    const on = { ...role, off: false, reason: 'the key is gone', by: 'bob' };
    await store.set(role);
    await store.set(on);
    expect(await store.list()).toEqual([on]);
  });
}
