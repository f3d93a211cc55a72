import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { complainOfDomain, complainOfReserved, findReservedName } from '../../infra/issuer.ts';
import { readOptions } from '../../infra/options.ts';
import { configFolder, configFrom, folderOf } from '../harness/local.ts';

describe('a URL below a reserved name:', () => {
  test.each([
    ['https://sts.acme.example', 'example'],
    ['https://sts.acme.test/path', 'test'],
    ['https://sts.invalid:8443', 'invalid'],
    ['https://localhost', 'localhost'],
    ['https://STS.ACME.Example', 'example'],
    ['https://sts.local', 'local'],
    ['https://sts.example.com', 'example.com'],
    ['https://example.org', 'example.org'],
  ])('%s', (url, name) => {
    expect(findReservedName(url)).toBe(name);
  });
});

describe('a URL that somebody can own:', () => {
  test.each([
    'https://sts.acme.io',
    'https://example.io',
    'https://sts.myexample.com',
    'https://example.acme.io',
    'https://sts.acme.io/example',
    'https://a1b2c3.execute-api.eu-central-1.amazonaws.com',
  ])('%s', url => {
    expect(findReservedName(url)).toBeUndefined();
  });
});

test('the complaint says where the url stands', () => {
  const folder = configFolder();
  expect(complainOfReserved({ ...configFrom(), folder, roles: [] })).toMatchObject([
    { rule: 'wrong-value', place: { file: join(folder, 'broker.yml'), line: 1, column: 6 } },
  ]);
});

test('there is no complaint of a url that may be deployed', () => {
  const folder = folderOf({ 'broker.yml': 'url: https://sts.acme.io\n' });
  expect(complainOfReserved({ ...configFrom(), folder, roles: [], url: 'https://sts.acme.io' })).toEqual([]);
});

test('P20: a role of the account of examples may not be deployed, and the complaint says where it stands', () => {
  const folder = configFolder();
  const config = { ...configFrom(), folder, url: 'https://sts.acme.io' };
  expect(complainOfReserved(config)).toMatchObject([
    { rule: 'wrong-value', place: { file: join(folder, 'roles', 'deploy.yml') } },
  ]);
  const roles = config.roles.map(role => ({
    ...role,
    template: { ...role.template, role_arn: 'arn:aws:iam::210987654321:role/deploy' } as typeof role.template,
  }));
  expect(complainOfReserved({ ...config, roles })).toEqual([]);
});

describe('the domain that is made', () => {
  const url = 'https://sts.acme.io';
  const config = { ...configFrom(), folder: folderOf({ 'broker.yml': `url: ${url}\n` }), url };
  const certificateArn = 'arn:aws:acm:eu-central-1:123456789012:certificate/1';
  const rulesWith = (custom: object, given = config): string[] => {
    const { options } = readOptions(custom);
    if (!options) throw new Error('These options must read.');
    return complainOfDomain(given, options).map(({ rule }) => rule);
  };

  test.each<[name: string, custom: object]>([
    ['is that of the url', { domain: { name: 'sts.acme.io', certificateArn } }],
    ['is none: the url is made by somebody else', {}],
  ])('%s', (_name, custom) => {
    expect(rulesWith(custom)).toEqual([]);
  });

  test.each<[name: string, domain: string, given: string]>([
    ['is another', 'tokens.acme.io', url],
    ['is the url without its path', 'sts.acme.io', `${url}/ci`],
    ['is the url without its port', 'sts.acme.io', `${url}:8443`],
  ])('is refused when it %s', (_name, name, given) => {
    expect(rulesWith({ domain: { name, certificateArn } }, { ...config, url: given })).toEqual([
      'wrong-value',
    ]);
  });
});
