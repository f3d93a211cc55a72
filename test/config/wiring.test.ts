import { expect, test } from 'vitest';
import { FUNCTIONS, findWiredSettings, type Part, readWiring, writeWiring } from '../../lib/config/wiring.ts';
import { emptyFolder } from '../harness/local.ts';

const ALL: readonly Part[] = ['apps', 'events', 'fetchedKeys', 'identities', 'sealedKeys', 'singleUse'];
function wired(parts: readonly Part[]) {
  return Object.fromEntries(
    FUNCTIONS.map(name => [name, findWiredSettings(name, new Set(parts)).toSorted()]),
  );
}

test('T-1: each function is told of its tables and keys, and of no other', () => {
  expect(wired(ALL)).toEqual({
    exchange: [
      'KITE_STS_APP_KEYS',
      'KITE_STS_IDENTITY_TABLE',
      'KITE_STS_ISSUER_KEY_PROOF',
      'KITE_STS_ISSUER_KEY_TABLE',
      'KITE_STS_JOB_TABLE',
      'KITE_STS_SEALED_KEYS',
      'KITE_STS_SEALING_KEY',
      'KITE_STS_SIGNING_KEYS',
      'KITE_STS_SPENT_TABLE',
      'KITE_STS_SWITCH_TABLE',
    ],
    discovery: ['KITE_STS_SEALED_KEYS', 'KITE_STS_SEALING_KEY', 'KITE_STS_SIGNING_KEYS'],
    rotation: ['KITE_STS_SEALED_KEYS', 'KITE_STS_SEALING_KEY', 'KITE_STS_SIGNING_KEYS'],
    refresher: ['KITE_STS_ISSUER_KEY_PROOF', 'KITE_STS_ISSUER_KEY_TABLE'],
    authorizer: [
      'KITE_STS_ISSUER_KEY_PROOF',
      'KITE_STS_ISSUER_KEY_TABLE',
      'KITE_STS_SEALED_KEYS',
      'KITE_STS_SEALING_KEY',
      'KITE_STS_SIGNING_KEYS',
      'KITE_STS_SWITCH_TABLE',
    ],
    events: ['KITE_STS_JOB_TABLE'],
  });
});

test('T-1: whatever a deployment lacks, what decides has its switches', () => {
  expect(wired([])).toEqual({
    exchange: ['KITE_STS_SIGNING_KEYS', 'KITE_STS_SWITCH_TABLE'],
    discovery: ['KITE_STS_SIGNING_KEYS'],
    rotation: ['KITE_STS_SIGNING_KEYS'],
    refresher: [],
    authorizer: ['KITE_STS_SIGNING_KEYS', 'KITE_STS_SWITCH_TABLE'],
    events: [],
  });
});

test.each<[Part, readonly string[]]>([
  ['apps', ['KITE_STS_APP_KEYS']],
  ['identities', ['KITE_STS_IDENTITY_TABLE']],
  ['singleUse', ['KITE_STS_SPENT_TABLE']],
  ['events', ['KITE_STS_JOB_TABLE']],
  ['fetchedKeys', ['KITE_STS_ISSUER_KEY_PROOF', 'KITE_STS_ISSUER_KEY_TABLE']],
  ['sealedKeys', ['KITE_STS_SEALED_KEYS', 'KITE_STS_SEALING_KEY']],
])('T-1: a deployment with %s alone tells the exchange of it, and of no other part', (part, more) => {
  const always = ['KITE_STS_SIGNING_KEYS', 'KITE_STS_SWITCH_TABLE'];
  expect(wired([part])['exchange']).toEqual([...always, ...more].toSorted());
});

test('what was packaged is what is read, and a package without it is no function', () => {
  const folder = emptyFolder();
  expect(() => readWiring(folder)).toThrow();
  writeWiring(folder, ['KITE_STS_SWITCH_TABLE']);
  expect(readWiring(folder)).toEqual(['KITE_STS_SWITCH_TABLE']);
});
