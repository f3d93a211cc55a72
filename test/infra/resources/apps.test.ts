import { describe, expect, test } from 'vitest';
import { refusedFor, resourcesFor, statementsOf, templateFor } from '../../harness/deploy.ts';

const KMS = 'arn:aws:kms:eu-central-1:123456789012:key/0b1c2d3e-0000-4000-8000-000000000001';
const SECRET = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:github-app-AbCdEf';
const SCOPES = '    scopes: [write_packages]\n';
function github(app: string): string {
  return `${SCOPES}github: { app: ${app}, owner: acme, repositories: [web], permissions: { write_packages: { packages: write } } }`;
}
function buildkite(app: string): string {
  return `${SCOPES}buildkite: { app: ${app}, organization: acme, user: bot@acme.example, scopes: [write_packages] }`;
}

function asked(appKeys: object | undefined, ...also: string[]) {
  return { targets: [], jwt: false, also, options: appKeys ? { appKeys } : {} };
}
const BOTH = asked({ Iv23li: SECRET, 'bk-app': KMS }, github('Iv23li'), buildkite('bk-app'));

/** The rights that name a key of an app, and who has them. */
function rightsOver(arn: string) {
  return [...statementsOf(resourcesFor(BOTH))]
    .filter(([, { Resource }]) => JSON.stringify(Resource ?? '').includes(arn))
    .map(([name, { Action }]) => [name, Action]);
}

describe('T44: the key of an app', () => {
  test('in KMS signs for the exchange alone, with RS256 alone', () => {
    expect(rightsOver(KMS)).toEqual([
      ['ExchangeRights ReadAppKeys', ['kms:GetPublicKey']],
      ['ExchangeRights SignAsApps', ['kms:Sign']],
    ]);
    expect(statementsOf(resourcesFor(BOTH)).get('ExchangeRights SignAsApps')).toMatchObject({
      Condition: { StringEquals: { 'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256' } },
    });
  });

  test('in Secrets Manager is read by the exchange alone', () => {
    expect(rightsOver(SECRET)).toEqual([
      ['ExchangeRights ReadAppSecrets', ['secretsmanager:GetSecretValue']],
    ]);
  });

  test('is told to the exchange alone, by the app', () => {
    const { exchange, discovery } = templateFor(BOTH).functions;
    expect(exchange.environment['KITE_STS_APP_KEYS']).toBe(`Iv23li=${SECRET},bk-app=${KMS}`);
    expect(discovery.environment).not.toHaveProperty('KITE_STS_APP_KEYS');
  });

  test('T52: and our own signs nothing for these roles', () => {
    expect(Object.keys(resourcesFor(BOTH)).filter(id => id.startsWith('SignWith'))).toEqual([]);
  });
});

test('without apps there is no right over any, and no word of them', () => {
  expect(JSON.stringify(templateFor())).not.toMatch(/APP_KEYS|secretsmanager|SignAsApps/);
});

describe('what cannot be deployed together', () => {
  const AT = 'serverless.yml custom.kiteSts.appKeys';
  test.each<[string, object, string[]]>([
    ['a role whose app has no key', asked(undefined, github('Iv23li')), [`missing-key ${AT}`]],
    ['a key of an app that no role is of', asked({ Iv23li: KMS }), [`wrong-value ${AT}.Iv23li`]],
    [
      'T52: a key of two apps',
      asked({ one: KMS, two: KMS }, github('one'), buildkite('two')),
      [`wrong-value ${AT}.one`, `wrong-value ${AT}.two`],
    ],
  ])('%s', (_name, given, refusals) => {
    expect(refusedFor(given)).toEqual(refusals);
  });
});
