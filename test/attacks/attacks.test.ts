import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { read } from '../harness/markdown.ts';
import { attacks as ci } from './ci.ts';
import { attacks as client } from './client.ts';
import { type Attack, makeWorld } from './harness.ts';
import { attacks as job } from './job.ts';
import { attacks as jwks } from './jwks.ts';
import { attacks as limit } from './limit.ts';
import { attacks as policy } from './policy.ts';
import { attacks as registry } from './registry.ts';
import { attacks as switched } from './switch.ts';
import { attacks as token } from './token.ts';
import { attacks as wire } from './wire.ts';

const FAMILIES: { readonly [family: string]: readonly Attack[] } = {
  ci,
  client,
  job,
  jwks,
  limit,
  policy,
  registry,
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

test('SECURITY.md names every family', () => {
  const files = readdirSync(new URL('.', import.meta.url)).filter(
    file => file.endsWith('.ts') && !['harness.ts', 'attacks.test.ts'].includes(file),
  );
  const page = read('SECURITY.md');
  expect(files.filter(file => !page.includes(`(test/attacks/${file})`))).toEqual([]);
});
