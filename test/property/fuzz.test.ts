import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeKeySet, KEYS } from '../fuzz/keyset.ts';
import { judgePolicy } from '../fuzz/policy.ts';
import { ROLES } from '../fuzz/roles.ts';
import { ACCEPTED, type Target } from '../fuzz/target.ts';
import { TARGETS } from '../fuzz/targets.ts';
import { CLAIMS, HEADER, judgeSigned, judgeToken } from '../fuzz/token.ts';
import { oddJson, oddObject, oddVersions } from '../harness/odd.ts';
import { NOW } from '../harness/policy.ts';

// What must hold of each text stands in test/fuzz, with the target of that name; `judge` throws when
// anything does not. Here is that it is asked of inputs that get far, always the same ones.
const SEED = 8693;

type Outcomes = { readonly [outcome: string]: number };

/** Judges so many inputs and counts what became of them. */
async function outcomesOf<T>(
  inputs: Arbitrary<T>,
  runs: number,
  judge: (input: T) => string | Promise<string>,
): Promise<Outcomes> {
  const outcomes: { [outcome: string]: number } = {};
  await fc.assert(
    fc.asyncProperty(inputs, async input => {
      const outcome = await judge(input);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }),
    { seed: SEED, numRuns: runs },
  );
  return outcomes;
}

/** Some were taken, and the others were refused for at least so many reasons. */
function expectBoth(outcomes: Outcomes, reasons: number): void {
  const { [ACCEPTED]: accepted = 0, ...refused } = outcomes;
  expect(accepted).toBeGreaterThan(0);
  expect(Object.keys(refused).length).toBeGreaterThanOrEqual(reasons);
}

/** Any code points, halves of surrogate pairs among them: the library's own unit takes a second to set up. */
function anyText(maxLength: number): Arbitrary<string> {
  return fc.string({ unit: fc.nat(0x10ffff).map(code => String.fromCodePoint(code)), maxLength });
}

function text(input: Uint8Array): string {
  return Buffer.from(input).toString('utf8');
}

describe('what must hold of a text holds', () => {
  test.each(TARGETS)('of arbitrary bytes as $name, which are never taken', async ({ judge }: Target) => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      anyText(100).map(each => Buffer.from(each)),
    );
    expect(await outcomesOf(bytes, 150, judge)).not.toHaveProperty(ACCEPTED);
  });

  test.each([
    { name: 'request', runs: 2000, reasons: 6 },
    { name: 'token', runs: 300, reasons: 3 },
    { name: 'claims', runs: 400, reasons: 4 },
    { name: 'keyset', runs: 600, reasons: 8 },
    { name: 'policy', runs: 200, reasons: 8 },
  ])('of changed versions of a valid $name', async ({ name, runs, reasons }) => {
    const { seeds = [], words = [], judge } = TARGETS.find(each => each.name === name) ?? {};
    const versions = oddVersions(seeds.map(text), words);
    const outcomes = await outcomesOf(versions, runs, each => judge?.(Buffer.from(each)) ?? 'no target');
    expectBoth(outcomes, reasons);
  });

  test('of any text as a token', async () => {
    const outcomes = await outcomesOf(anyText(50), 200, judgeToken);
    expect(outcomes).toEqual({ token_malformed: 200 });
  });

  test('of claims with odd JSON among them, under a good signature', async () => {
    const claims = oddObject(CLAIMS, ['"a"', '["a"]', '""'], ['SUB', 'ſub', 'Exp', '\\u0073ub', 'x']);
    expectBoth(await outcomesOf(claims, 500, each => judgeSigned(HEADER, each)), 4);
  });

  test('of claims with times around now, under a good signature', async () => {
    const time = fc.oneof(
      fc.integer({ min: -700, max: 700 }).map(seconds => String(NOW + seconds)),
      fc.constantFrom(...[-31, -30, -29, 0, 29, 30, 31].map(seconds => String(NOW + seconds))),
      fc.constantFrom('1.8e9', '1800000000.5', '1800000000.0', '"1800000000"', '-1', '253402300800', 'null'),
    );
    const claims = fc
      .record({ iat: time, nbf: time, exp: time })
      .map(times => Object.entries(times).map(([name, value]) => `"${name}":${value}`))
      .map(times =>
        JSON.stringify({ ...CLAIMS, iat: undefined, nbf: undefined, exp: undefined }).replace(
          '{',
          `{${times},`,
        ),
      );
    expectBoth(await outcomesOf(claims, 500, each => judgeSigned(HEADER, each)), 4);
  });

  test('of headers with odd JSON among them, under a good signature', async () => {
    const members = { ...JSON.parse(HEADER), typ: 'JWT' };
    const headers = oddObject(members, ['"JwT"', '"none"'], ['crit', 'b64', 'jwk', 'ALG', 'x']);
    expectBoth(await outcomesOf(headers, 400, each => judgeSigned(each, JSON.stringify(CLAIMS))), 4);
  });

  test('of key sets with odd JSON in their keys', async () => {
    const odd = ['"RSA"', '"EC"', '"P-384"', '"AQAB"', '"AA"'] as const;
    const key = fc.oneof(
      ...KEYS.map(each => oddObject(each, odd, ['d', 'p', 'use', 'key_ops', 'alg'])),
      oddJson,
    );
    const sets = fc.array(key, { maxLength: 4 }).map(keys => Buffer.from(`{"keys":[${keys.join(',')}]}`));
    expectBoth(await outcomesOf(sets, 800, judgeKeySet), 6);
  });

  test.each([
    {
      name: 'lines in other places',
      words: ['# note\n', '\n', '  \n', '---\n', '<<: {}\n', '- \n'],
      seams: /(?<=\n)/,
    },
    {
      name: 'odd values',
      words: ['&a ', '*a', '!!str ', '! ', '? ', '[', '|\n', '"\\u200b"', '.nan', '0x1', '~'],
      seams: /(?<=[:-] )/,
    },
  ])('of policies with $name', async ({ words, seams }) => {
    expectBoth(await outcomesOf(oddVersions(ROLES, words, seams), 150, judgePolicy), 5);
  });

  test.each([
    ['a claim', '"jwt":{"audience":"https://api.test.example","claims":{"a":ODD}}'],
    [
      'a value of a condition of a session policy',
      `"aws":{"role_arn":"arn:aws:iam::123456789012:role/a","policy":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"s3:prefix":ODD}}}]}}`,
    ],
  ])('of policies with odd JSON as %s', async (_name, provider) => {
    const trust = '"trust":[{"iss":"https://plain.example","claims":{"tenant":"a"}}]';
    const roles = oddJson.map(odd => `{${trust},${provider.replace('ODD', () => odd)}}`);
    expectBoth(await outcomesOf(roles, 200, judgePolicy), 4);
  });
});
