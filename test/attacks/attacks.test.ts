import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Attack, makeWorld } from './harness.ts';

const here = new URL('.', import.meta.url);
const families = readdirSync(here)
  .filter(file => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'harness.ts')
  .map(file => file.slice(0, -3));

const listed = await Promise.all(
  families.map(async family => {
    const { attacks } = (await import(new URL(`${family}.ts`, here).href)) as { attacks: readonly Attack[] };
    return { family, attacks };
  }),
);

describe.each(listed)('an attack by $family:', ({ attacks }) => {
  test.each(attacks)('$of: $tried gets $got', async ({ send, got }) => {
    const world = await makeWorld();
    try {
      expect(await send(world)).toBe(got);
    } finally {
      await world.close();
    }
  });
});

test('there is a list for each family', () => {
  expect(families).toEqual(expect.arrayContaining(['jwks', 'limit', 'policy', 'switch', 'token', 'wire']));
});
