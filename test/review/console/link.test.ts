import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFragment, writeFragment } from '../../../lib/review/console/link.ts';

const STATE = { role: 'deploy-web', claims: '{ "build_branch": "größer" }' };

test('a state comes back as it was', () => {
  fc.assert(
    fc.property(
      fc.record(
        { role: fc.string(), claims: fc.string(), policy: fc.string(), source: fc.string() },
        { requiredKeys: ['role', 'claims'] },
      ),
      state => {
        const fragment = writeFragment(state);
        if (fragment !== undefined) expect(readFragment(fragment)).toEqual(state);
      },
    ),
  );
  expect(readFragment(writeFragment(STATE) ?? '')).toEqual(STATE);
});

describe('a token is never in it', () => {
  const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2EifQ.c2lnbmF0dXJl';
  test.each([
    ['whole', TOKEN],
    ['without its signature', TOKEN.slice(0, TOKEN.lastIndexOf('.'))],
    ['inside of a claim', `{"authorization":"Bearer ${TOKEN}"}`],
  ])('%s', (_how, claims) => {
    expect(writeFragment({ ...STATE, claims })).toBeUndefined();
  });
  test('nor in an edited role', () => {
    expect(writeFragment({ ...STATE, policy: `# ${TOKEN}` })).toBeUndefined();
  });
});

test('what is too long for a link makes none', () => {
  expect(writeFragment({ ...STATE, policy: 'x'.repeat(60_000) })).toBeUndefined();
});

test.each(['', '#decide', '#state=', '#state=!', '#state=bnVsbA', `#state=${'A'.repeat(70_000)}`])(
  'no state: %.20s',
  fragment => {
    expect(readFragment(fragment)).toBeUndefined();
  },
);

test('what is no text in it is left out', () => {
  const fragment = `#state=${Buffer.from('{"role":1,"claims":{},"other":"x"}').toString('base64url')}`;
  expect(readFragment(fragment)).toEqual({ role: '', claims: '' });
});
