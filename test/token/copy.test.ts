import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { SharedKeys, SharedSet } from '../../lib/token/copy.ts';
import { COPY_REPORTS, createSharedFetch } from '../../lib/token/copy.ts';
import {
  BREAKER_FAILURES,
  createIssuerKeys,
  HARD_LIFETIME,
  PAUSE,
  SOFT_LIFETIME,
} from '../../lib/token/keys.ts';
import { KeySetError, writeKeySet } from '../../lib/token/keyset.ts';
import { codeOf } from '../harness/code.ts';
import { NOW } from '../harness/policy.ts';

const { publicKey } = generateKeyPairSync('ed25519');
const ROW = { issuer: 'https://issuer.example', uri: 'https://issuer.example/jwks', algorithms: ['EdDSA'] };
function setOf(...kids: string[]) {
  return new Map(kids.map(keyId => [keyId, { keyId, algorithm: 'EdDSA', key: publicKey }]));
}
function copyOf(at: number, ...kids: string[]): SharedSet {
  return { keys: writeKeySet(setOf(...kids)), at };
}

type Copy = SharedSet | 'away' | 'unproven' | undefined;

/** A process that finds this copy, beside an issuer that publishes these keys or, with none, is broken. */
function process(copy: Copy, publishes: readonly string[]) {
  const world = { copy, publishes, read: 0, asked: 0, reports: [] as string[] };
  const shared: SharedKeys = {
    async find() {
      world.read++;
      if (world.copy === 'away') throw new Error('away');
      if (world.copy === 'unproven') return { is: 'unproven' };
      return world.copy ? { is: 'proven', set: world.copy } : { is: 'absent' };
    },
    keep: () => Promise.reject(new Error('only the refresher may write')),
  };
  const fetchSet = async () => {
    world.asked++;
    if (world.publishes.length === 0) throw new KeySetError('status 500');
    return setOf(...world.publishes);
  };
  const report = (what: string): void => void world.reports.push(what);
  const source = createIssuerKeys(createSharedFetch(shared, ROW, fetchSet, report), report);
  /** The key's id or the code of the refusal. */
  const find = async (keyId: string, now: number): Promise<string> => {
    const code = await codeOf(async () => source(keyId, now));
    return code === 'none' ? keyId : code;
  };
  return { world, find };
}

/** `asked`: how often the issuer itself is. */
type Row = [name: string, copy: Copy, publishes: readonly string[], key: string, is: string, asked: number];

describe('D04: a process that starts', () => {
  const FRESH = copyOf(NOW - 240, 'a');
  const STALE = copyOf(NOW - SOFT_LIFETIME, 'a');
  const OLDEST = copyOf(NOW - HARD_LIFETIME + 1, 'a');
  const TOO_OLD = copyOf(NOW - HARD_LIFETIME, 'a');
  const UNAVAILABLE = 'issuer_keys_unavailable';
  test.each<Row>([
    ['asks nobody for a key that is shared', FRESH, [], 'a', 'a', 0],
    ['asks the issuer for a key that is not shared yet', FRESH, ['a', 'b'], 'b', 'b', 1],
    ['asks the issuer when the shared keys are old', STALE, ['a'], 'a', 'a', 1],
    ['D03: takes no key that was withdrawn since', STALE, ['b'], 'a', 'token_key_unknown', 1],
    ['begins with old keys in an outage of the issuer', OLDEST, [], 'a', 'a', 1],
    ['D02: but not with keys that are too old', TOO_OLD, [], 'a', UNAVAILABLE, 1],
    ['cannot tell of another key in an outage', FRESH, [], 'b', UNAVAILABLE, 1],
    ['asks the issuer when nothing is shared', undefined, ['a'], 'a', 'a', 1],
    ['asks the issuer when the table is away', 'away', ['a'], 'a', 'a', 1],
    ['T93: asks the issuer when what is shared has no proof', 'unproven', ['a'], 'a', 'a', 1],
    ['T93: begins in an outage with nothing that has no proof', 'unproven', [], 'a', UNAVAILABLE, 1],
    ['T81: does not believe keys from the future', copyOf(NOW + 60, 'a'), ['b'], 'a', 'token_key_unknown', 1],
    ['passes over a shared set that holds no keys', { keys: '{"keys":[]}', at: NOW }, ['a'], 'a', 'a', 1],
    ['passes over a shared set that is no JSON', { keys: 'x', at: NOW }, ['a'], 'a', 'a', 1],
  ])('%s', async (_name, copy, publishes, key, is, asked) => {
    const { world, find } = process(copy, publishes);
    expect([await find(key, NOW), world.asked]).toEqual([is, asked]);
  });

  test.each([
    { what: 'is not there', copy: undefined, says: COPY_REPORTS.absent },
    { what: 'has no proof', copy: 'unproven' as const, says: COPY_REPORTS.unproven },
    { what: 'is away', copy: 'away' as const, says: COPY_REPORTS.unread },
  ])('T93: tells the operator of a copy that $what', async ({ copy, says }) => {
    const { world, find } = process(copy, ['a']);
    await find('a', NOW);
    expect(world.reports.map(each => each.slice(0, says.length))).toEqual([says]);
  });

  test('T04: vets what is shared for its issuer, as if the issuer had said it', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
    const weak = { ...rsa.export({ format: 'jwk' }), kid: 'a' };
    const copy = { keys: JSON.stringify({ keys: [weak] }), at: NOW };
    const { world, find } = process(copy, ['b']);
    expect(await find('a', NOW)).toBe('token_key_unknown');
    expect(world.reports.length).toBeGreaterThan(0);
  });
});

describe('a process that goes on', () => {
  test('D02: reads what is shared again when it is as old as what it would ask for again', async () => {
    const { world, find } = process(copyOf(NOW - 200, 'a'), ['a']);
    await find('a', NOW);
    world.copy = copyOf(NOW + 40, 'a', 'b');
    expect([await find('a', NOW + 99), world.read]).toEqual(['a', 1]);
    expect([await find('a', NOW + 100), world.read, world.asked]).toEqual(['a', 2, 0]);
    expect(await find('b', NOW + 100)).toBe('b');
  });

  test('D05: asks the issuer for a new key right after it read an old copy, and then not for a pause', async () => {
    const { world, find } = process(copyOf(NOW - 200, 'a'), ['a', 'b']);
    await find('a', NOW);
    expect([await find('b', NOW + 1), world.asked]).toEqual(['b', 1]);
    for (const spare of [2, 3, 4]) expect(await find('c', NOW + spare)).toBe('token_key_unknown');
    expect([await find('c', NOW + 5), await find('c', NOW + 4 + 29), world.asked]).toEqual([
      'issuer_keys_pending',
      'issuer_keys_pending',
      4,
    ]);
    await find('c', NOW + 4 + 30);
    expect(world.asked).toBe(5);
  });

  test('D05: asks for another key than that for which somebody else is reading', async () => {
    const { world, find } = process(copyOf(NOW - 200, 'a'), ['a', 'b']);
    expect(await Promise.all([find('a', NOW), find('b', NOW)])).toEqual(['a', 'b']);
    expect(world.asked).toBe(1);
  });

  test('keeps what the issuer said over a copy that is older', async () => {
    const { world, find } = process(copyOf(NOW - 200, 'a'), ['a', 'b']);
    await find('b', NOW);
    // Only the copy can be had now, and it is of before.
    world.publishes = [];
    expect(await find('c', NOW + PAUSE)).toBe('issuer_keys_unavailable');
    expect(await find('b', NOW + PAUSE)).toBe('b');
  });

  test('D06: leaves a broken issuer alone for a pause after five failures, though there is an old copy', async () => {
    const { world, find } = process(copyOf(NOW - HARD_LIFETIME, 'a'), []);
    for (let times = 0; times < 20; times++) await find('a', NOW);
    expect(world.asked).toBe(BREAKER_FAILURES);
  });

  test('T81: reads no more often for a copy that is a little ahead', async () => {
    const { world, find } = process(copyOf(NOW + 20, 'a'), []);
    expect([await find('a', NOW), await find('a', NOW + 1), world.read]).toEqual(['a', 'a', 1]);
  });

  test('T81: takes a copy when its clock was set back', async () => {
    const { world, find } = process(undefined, ['a']);
    await find('a', NOW);
    world.copy = copyOf(NOW - 3600, 'b');
    expect(await find('b', NOW - 3600)).toBe('b');
  });
});
