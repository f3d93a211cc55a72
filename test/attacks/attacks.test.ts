import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Attack, makeWorld } from './harness.ts';
import { attacks as jwks } from './jwks.ts';
import { attacks as limit } from './limit.ts';
import { attacks as policy } from './policy.ts';
import { attacks as switched } from './switch.ts';
import { attacks as token } from './token.ts';
import { attacks as wire } from './wire.ts';

const FAMILIES: { readonly [family: string]: readonly Attack[] } = {
  jwks,
  limit,
  policy,
  switch: switched,
  token,
  wire,
};

describe.each(Object.entries(FAMILIES))('an attack by %s:', (_family, attacks) => {
  test.each(attacks)('$of: $tried gets $got', async ({ send, got }) => {
    const world = await makeWorld();
    try {
      expect(await send(world)).toBe(got);
    } finally {
      await world.close();
    }
  });
});

test('every list in this folder is run', () => {
  const files = readdirSync(new URL('.', import.meta.url))
    .filter(file => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'harness.ts')
    .map(file => file.slice(0, -3));
  expect(files.sort()).toEqual(Object.keys(FAMILIES).sort());
});
