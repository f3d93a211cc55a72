import { describe, expect, test } from 'vitest';
import { demandSettings, readSettings, SETTINGS } from '../../lib/config/settings.ts';

function complaintsOf(environment: { readonly [name: string]: string }) {
  return readSettings(environment).complaints.map(({ rule, place }) => [rule, place.file]);
}

describe('settings are read from the environment', () => {
  test('each has a fallback or none', () => {
    expect(readSettings({})).toEqual({
      settings: {
        port: 8787,
        config: 'config',
        awsEndpoint: undefined,
        signingKeys: [],
        appKeys: new Map(),
        logLevel: 'info',
        tarballDigests: [],
      },
      complaints: [],
    });
  });

  test('each is taken as written', () => {
    const environment = {
      PORT: '0',
      KITE_STS_CONFIG: '/etc/kite-sts',
      KITE_STS_AWS_ENDPOINT: 'http://127.0.0.1:4566/sts',
      KITE_STS_SIGNING_KEYS: 'alias/one,arn:aws:kms:us-east-1:123456789012:key/two',
      KITE_STS_IDENTITY_TABLE: 'kite-sts-prod-IdentityTable-1A2B',
      KITE_STS_SEALED_KEYS: 'kite-sts-prod-SealedKeyTable-1A2B',
      KITE_STS_SEALING_KEY: 'arn:aws:kms:us-east-1:123456789012:key/three',
      KITE_STS_APP_KEYS:
        'Iv23li=arn:aws:secretsmanager:us-east-1:123456789012:secret:a=b-AbCdEf,bk.1=arn:aws:kms:us-east-1:123456789012:key/four',
      KITE_STS_LOG_LEVEL: 'debug',
      KITE_STS_TARBALL_SHA256: `${'a'.repeat(64)} ${'b'.repeat(64)}`,
      HOME: '/root',
      KITE_STSX: 'not ours',
    };
    expect(readSettings(environment)).toEqual({
      settings: {
        port: 0,
        config: '/etc/kite-sts',
        awsEndpoint: 'http://127.0.0.1:4566/sts',
        signingKeys: ['alias/one', 'arn:aws:kms:us-east-1:123456789012:key/two'],
        identityTable: 'kite-sts-prod-IdentityTable-1A2B',
        sealedKeys: 'kite-sts-prod-SealedKeyTable-1A2B',
        sealingKey: 'arn:aws:kms:us-east-1:123456789012:key/three',
        appKeys: new Map([
          ['Iv23li', 'arn:aws:secretsmanager:us-east-1:123456789012:secret:a=b-AbCdEf'],
          ['bk.1', 'arn:aws:kms:us-east-1:123456789012:key/four'],
        ]),
        logLevel: 'debug',
        tarballDigests: ['a'.repeat(64), 'b'.repeat(64)],
      },
      complaints: [],
    });
  });

  test.each(['deadbeef', `${'a'.repeat(64)},${'b'.repeat(64)}`, 'A'.repeat(64)])(
    'T98: what is no digest is refused, and trusts nothing: %s',
    digest => {
      expect(complaintsOf({ KITE_STS_TARBALL_SHA256: digest })).toEqual([
        ['setting-value', 'environment KITE_STS_TARBALL_SHA256'],
      ]);
    },
  );

  test('a variable that the CI does not know is empty there, and names none', () => {
    const { settings, complaints } = readSettings({ KITE_STS_TARBALL_SHA256: '' });
    expect([settings.tarballDigests, complaints]).toEqual([[], []]);
  });

  test('the registry says something of each', () => {
    for (const { says } of Object.values(SETTINGS)) expect(says.length).toBeGreaterThan(20);
  });
});

describe('a setting is refused', () => {
  test.each([
    { name: 'KITE_STS_CONFG', near: 'KITE_STS_CONFIG' },
    { name: 'KITE_STS_config', near: 'KITE_STS_CONFIG' },
    { name: 'KITE_STS_AWS_ENDPONT', near: 'KITE_STS_AWS_ENDPOINT' },
  ])('when its name is unknown, with the nearest: $name', ({ name, near }) => {
    const { complaints } = readSettings({ [name]: 'x' });
    expect(complaints).toEqual([
      {
        rule: 'setting-unknown',
        place: { file: `environment ${name}`, line: 1, column: 1 },
        message: expect.stringContaining(`"${near}"`),
      },
    ]);
  });

  test('when its name is far from any, too', () => {
    expect(complaintsOf({ KITE_STS_TOTALLY_UNHEARD_OF: '' })).toEqual([
      ['setting-unknown', 'environment KITE_STS_TOTALLY_UNHEARD_OF'],
    ]);
  });

  test.each([
    { name: 'PORT', value: '' },
    { name: 'PORT', value: '65536' },
    { name: 'PORT', value: '80a' },
    { name: 'PORT', value: '-1' },
    { name: 'KITE_STS_CONFIG', value: '' },
    { name: 'KITE_STS_AWS_ENDPOINT', value: 'localhost:4566' },
    { name: 'KITE_STS_AWS_ENDPOINT', value: 'http://' },
    { name: 'KITE_STS_AWS_ENDPOINT', value: 'http://localhost/?a=b' },
    { name: 'KITE_STS_IDENTITY_TABLE', value: '' },
    { name: 'KITE_STS_SEALED_KEYS', value: 'a/b' },
    { name: 'KITE_STS_SEALED_KEYS', value: '' },
    { name: 'KITE_STS_SEALING_KEY', value: 'one,two' },
    { name: 'KITE_STS_SEALING_KEY', value: '' },
    { name: 'KITE_STS_IDENTITY_TABLE', value: 'arn:aws:dynamodb:::table/x' },
    { name: 'KITE_STS_LOG_LEVEL', value: 'verbose' },
    { name: 'KITE_STS_LOG_LEVEL', value: 'INFO' },
  ])('when $name is $value', ({ name, value }) => {
    expect(complaintsOf({ [name]: value })).toEqual([['setting-value', `environment ${name}`]]);
  });

  test('all of them at once', () => {
    expect(complaintsOf({ PORT: 'x', KITE_STS_LOG_LEVEL: 'x', KITE_STS_X: 'x' })).toHaveLength(3);
  });
});

describe('a function', () => {
  test('starts with settings that are sound', () => {
    expect(demandSettings({ KITE_STS_SIGNING_KEYS: 'a,b' }, []).signingKeys).toEqual(['a', 'b']);
  });

  test.each([[{ KITE_STS_SIGNING_KEY: 'a' }], [{ KITE_STS_SIGNING_KEYS: 'a,,b' }]])(
    'does not start with %j',
    environment => {
      expect(() => demandSettings(environment, [])).toThrow();
    },
  );

  test('does not start without what it was packaged to have, and names each', () => {
    const wired = ['KITE_STS_SWITCH_TABLE', 'KITE_STS_SPENT_TABLE', 'KITE_STS_SIGNING_KEYS'] as const;
    const start = () => demandSettings({ KITE_STS_SIGNING_KEYS: 'a' }, wired);
    expect(start).toThrow(/KITE_STS_SWITCH_TABLE(.|\n)*KITE_STS_SPENT_TABLE/);
    expect(start).not.toThrow(/environment KITE_STS_SIGNING_KEYS/);
  });
});
