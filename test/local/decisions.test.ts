import { beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../lib/config/load.ts';
import { createDecisions } from '../../lib/local/decisions.ts';
import { readEventFragment } from '../../lib/review/console/link.ts';
import { httpRequest } from '../harness/broker.ts';
import { call, configFolder, exchangeAt, type Local, localBroker } from '../harness/local.ts';

function pageOf(lines: readonly string[], query = ''): string {
  const decisions = createDecisions();
  for (const line of lines) decisions.note(line);
  return decisions.answer(httpRequest({ method: 'GET', path: '/console/decisions', query }))?.body ?? '';
}
const lineOf = (members: object): string =>
  JSON.stringify({
    event: 'exchange',
    time: '2026-11-21T22:19:44Z',
    outcome: 'denied',
    decision_id: 'd',
    ...members,
  });

describe('what a caller sends is text:', () => {
  test.each(['<script>alert(1)</script>', '"><img src=x>', '&lt;'])('%s', role => {
    const page = pageOf([lineOf({ role })]);
    expect(page).not.toContain(role);
  });
});

test('the newest is first, and a hundred are kept', () => {
  const page = pageOf(Array.from({ length: 130 }, (_, at) => lineOf({ role: `role-${at}-` })));
  expect(page.match(/<li>/g)).toHaveLength(100);
  expect(page.indexOf('role-129-')).toBeLessThan(page.indexOf('role-128-'));
  expect(page).not.toContain('role-29-');
});

test('each leads to the console with its event in the fragment', () => {
  const line = lineOf({ role: 'größer' });
  const [, fragment = ''] = /href="\/console(#event=[^"]+)"/.exec(pageOf([line])) ?? [];
  expect(readEventFragment(fragment)).toBe(line);
});

describe('on a broker', () => {
  let broker: Local;
  beforeAll(async () => {
    const { config } = loadConfig(configFolder());
    broker = await localBroker(config ?? undefined);
    await exchangeAt(broker.port, 'deploy-web');
  });

  test('an exchange is there after it happened, the console links to it, and no script runs', async () => {
    const { text, headers } = await call(broker.port, { path: '/console/decisions' });
    expect(text).toContain('<li>');
    expect(text).not.toContain('<script');
    expect(headers['refresh']).toBe('3');
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect((await call(broker.port, { path: '/console' })).text).toContain('href="/console/decisions"');
  });

  test('it can be held', async () => {
    const { headers } = await call(broker.port, { path: '/console/decisions?hold' });
    expect(headers['refresh']).toBeUndefined();
  });
});
