import { describe, expect, test } from 'vitest';
import { testBroker } from '../../harness/broker.ts';
import { runLine } from '../../harness/command-line.ts';
import { tokenClaims } from '../../harness/issuer.ts';
import { configFiles, fileOf, folderOf, ROLES } from '../../harness/local.ts';

const FILES = configFiles();
const ACME = { organization_slug: 'acme', pipeline_slug: 'web' };

/** Events as a broker wrote them: an exchange that was allowed, one that was denied, one of a bad token. */
const { ask, issuer, audit: events } = await testBroker({ roles: ROLES });
for (const claims of [ACME, { ...ACME, build_branch: 'next' }])
  await ask({ audience: 'publish', subject_token: await issuer.sign(tokenClaims(claims)) });
await ask({ audience: 'publish', subject_token: 'a.b.c' });

async function replayed(lines: readonly string[], from = '', to = '', words: readonly string[] = []) {
  const path = 'roles/publish.yml';
  const folder = folderOf({ ...FILES, [path]: (FILES[path] ?? '').replace(from, to) });
  const file = fileOf(lines.join('\n'));
  const { exits, out } = await runLine(['replay', file, ...words], { KITE_STS_CONFIG: folder });
  return { exits, out };
}

async function otherwise(from: string, to: string) {
  const { out } = await replayed(events, from, to, ['--json']);
  return (JSON.parse(out) as { otherwise: { turn: string; times: number }[] }).otherwise.map(
    each => each.turn,
  );
}

test('with the policy of then, all end as they did', async () => {
  expect(await replayed(events)).toEqual({ exits: 0, out: '2 events, 2 as before.\n' });
});

describe('with another policy is told', () => {
  test.each([
    ['who is newly denied', 'in: [web, api]', 'in: [api]', ['denied']],
    ['who is newly allowed', 'build_branch: main', 'build_branch: { in: [main, next] }', ['allowed']],
    ['who is given other scopes', 'id: pushes to main', 'id: pushes to main\n    scopes: [read]', ['scopes']],
  ])('%s', async (_name, from, to, turns) => {
    expect(await otherwise(from, to)).toEqual(turns);
  });
});

test('a file without any event exits with 1, and says nothing of exchanges', async () => {
  expect(await replayed(['', 'not json', '{"_aws":{}}'])).toEqual({ exits: 1, out: '' });
});

test('lines that are no events are passed over', async () => {
  expect((await replayed(['', 'not json', '{"_aws":{}}', ...events])).out).toBe('2 events, 2 as before.\n');
});

test('an event that left claims out is told as unknown when it would end otherwise', async () => {
  const omitted = events.map(line => JSON.stringify({ ...JSON.parse(line), claims_omitted: ['groups'] }));
  const { out } = await replayed(omitted, 'in: [web, api]', 'in: [api]', ['--json']);
  expect(JSON.parse(out)).toMatchObject({ otherwise: [{ turn: 'unknown', times: 1 }] });
});
