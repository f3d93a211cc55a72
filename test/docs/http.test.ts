import { describe, expect, test } from 'vitest';
import { answerDiscovery, answerNotFound, PAGES } from '../../lib/protocols/discovery.ts';
import type { Protocol } from '../../lib/protocols/protocol.ts';
import { DOORS } from '../../lib/serve.ts';
import { CODE_NAMES, DECISION_ID, refusal } from '../harness/answer.ts';
import { httpRequest } from '../harness/broker.ts';
import { code, codes, rowsUnder } from '../harness/markdown.ts';
import { AUDIENCE, NOW } from '../harness/policy.ts';

const PAGE = 'docs/reference/http.md';
const VOICE = { url: AUDIENCE, audience: AUDIENCE, now: NOW };

/** What the table of headers says, by the name of the header. */
const DOCUMENTED = new Map(
  rowsUnder(PAGE, 'Answers', 'header').flatMap(([names = '', , value = '']) =>
    codes(names).map(name => [name.toLowerCase(), value] as const),
  ),
);

const doors = Object.entries(DOORS).map(([route, protocol]) => {
  const [method = '', path = ''] = route.split(' ');
  return { route, method, path, protocol };
});

/** The method that a door takes; a presigned call by GET has a door only to be told where it belongs. */
function methodOf(protocol: Protocol): string | undefined {
  return doors.find(each => each.protocol === protocol)?.method;
}

describe.each(doors)('what $route answers has the headers of the table', ({ path, protocol }) => {
  const request = httpRequest({ path, headers: {} });

  test.each(CODE_NAMES)('for %s', each => {
    const { status, headers } = protocol.render(refusal(each), request, VOICE);
    expect(headers).toMatchObject({
      'decision-id': DECISION_ID,
      'cache-control': 'no-store',
      pragma: 'no-cache',
    });
    expect(headers['retry-after'] !== undefined).toBe([429, 503].includes(status));
    const [usual, ofSwitches, ofJobs] = codes(DOCUMENTED.get('retry-after')).filter(word =>
      /^\d+$/.test(word),
    );
    const own: { readonly [code: string]: string | undefined } = {
      switches_unavailable: ofSwitches,
      job_not_seen: ofJobs,
    };
    if (headers['retry-after'] !== undefined) expect(headers['retry-after']).toBe(own[each] ?? usual);
    expect(headers['allow']).toBe(status === 405 ? methodOf(protocol) : undefined);
  });
});

test('the table of headers has these and no other', () => {
  expect([...DOCUMENTED.keys()].sort()).toEqual([
    'allow',
    'cache-control',
    'decision-id',
    'pragma',
    'retry-after',
  ]);
  expect(code(DOCUMENTED.get('allow'))).toBe('GET');
});

describe('T55: how long anything else may be kept is always said', () => {
  const discovery = { url: AUDIENCE, audience: AUDIENCE, publicKeys: async () => [] };
  const pages = [...Object.keys(PAGES), '/errors/trust_not_met'];

  test.each(pages)('of %s', async path => {
    const answer = await answerDiscovery(discovery, httpRequest({ method: 'GET', path }));
    const kept = path === '/health' ? 'no-store' : 'public, max-age=300';
    expect(answer?.headers['cache-control']).toBe(kept);
  });

  test('of a page that is not there', () => {
    expect(answerNotFound().headers['cache-control']).toBe('no-store');
  });
});
