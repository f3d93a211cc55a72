import { expect, test } from 'vitest';
import { checkBrokerUrl, checkTokenUrl } from '../../lib/client/url.ts';

test.each([
  ['https', 'https://sts.acme.example', 'https://sts.acme.example'],
  ['https with a path', 'https://acme.example/sts', 'https://acme.example/sts'],
  ['a slash at the end, which is taken off', 'https://sts.acme.example/', 'https://sts.acme.example'],
  ['http on this machine', 'http://127.0.0.1:8787', 'http://127.0.0.1:8787'],
  ['http on this machine by name', 'http://localhost:8787', 'http://localhost:8787'],
  ['http on this machine by IPv6', 'http://[::1]:8787', 'http://[::1]:8787'],
])('a token may be sent to %s', (_name, written, url) => {
  expect(checkTokenUrl(written)).toBe(url);
});

test.each([
  ['http elsewhere', 'http://sts.acme.example'],
  ['a name that begins like this machine', 'http://127.0.0.1.evil.example'],
  ['another name that begins like it', 'http://localhost.evil.example'],
  ['a user before the host', 'https://127.0.0.1@evil.example'],
  ['a query', 'https://sts.acme.example?x=1'],
  ['a fragment', 'https://sts.acme.example#x'],
  ['white space', 'https://sts.acme.example /x'],
  ['another scheme', 'ftp://sts.acme.example'],
  ['no scheme', 'sts.acme.example'],
  ['nothing', ''],
])('no token is sent to %s', (_name, written) => {
  expect(() => checkTokenUrl(written)).toThrow(TypeError);
});

test.each(['https://sts.acme.example/token', 'http://127.0.0.1:8787/token/'])(
  '%s is the URL of a door and not of a broker',
  written => {
    expect(() => checkBrokerUrl(written)).toThrow(TypeError);
  },
);

test('a broker may live below a path', () => {
  expect(checkBrokerUrl('https://acme.example/sts/')).toBe('https://acme.example/sts');
});
