import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../lib/config/load.ts';
import { folderOf } from '../harness/local.ts';

function load(apps: string) {
  const broker = `url: https://sts.acme.example\nissuers: [{ preset: buildkite }]\napps:\n  ${apps}\n`;
  return loadConfig(folderOf({ 'broker.yml': broker, 'roles/.keep': '' }));
}
function refusals(apps: string): string[] {
  return load(apps).complaints.map(({ rule, place }) => `${rule} ${place.line}:${place.column}`);
}

test('T91: an App is known at one host, whose private network must be allowed by name', () => {
  expect(
    load('Iv1.a: { api_url: "https://ghe.acme.example/api/v3", allow_private_network: true }').config?.apps,
  ).toEqual(new Map([['Iv1.a', { url: 'https://ghe.acme.example/api/v3', allowPrivateNetwork: true }]]));
  expect(load('Iv1.b: { api_url: "https://api.acme.ghe.com" }').config?.apps).toEqual(
    new Map([['Iv1.b', { url: 'https://api.acme.ghe.com', allowPrivateNetwork: false }]]),
  );
});

describe('T91: an API is refused', () => {
  test.each([
    ['over plain HTTP', 'http://ghe.acme.example/api/v3'],
    ['without its path', 'https://ghe.acme.example'],
    ['with a slash at the end', 'https://ghe.acme.example/api/v3/'],
    ['with a user', 'https://a@ghe.acme.example/api/v3'],
    ['with a query', 'https://ghe.acme.example/api/v3?a=b'],
    ['that looks like data residency', 'https://api.acme.ghe.com.evil.example'],
    ['of github.com, which needs no row', 'https://api.github.com'],
  ])('%s', (_name, url) => {
    expect(refusals(`Iv1.a: { api_url: "${url}" }`)).toEqual(['wrong-value 4:21']);
  });

  test('of an App that has no id', () => {
    expect(refusals('"a b": { api_url: "https://api.acme.ghe.com" }')).toEqual(['wrong-value 4:3']);
  });
});
