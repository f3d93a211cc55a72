import { describe, expect, test } from 'vitest';
import { findAwsSession, findGoogleToken } from '../../../lib/cli/reach/session.ts';
import { Failure, type Terminal } from '../../../lib/cli/verb.ts';
import { fileOf } from '../../harness/local.ts';
import { testServer } from '../../harness/server.ts';

const KEYS = { accessKeyId: 'ASIA1', secretAccessKey: 's/e+c', sessionToken: 't/o+k==' };

function terminal(environment: Terminal['environment']): Terminal {
  const silent = (): void => undefined;
  return { environment, out: silent, error: silent, stopped: new Promise(() => {}) };
}
function find(environment: Terminal['environment']) {
  return findAwsSession(terminal(environment), fetch);
}
const PROFILE =
  '[default]\naws_access_key_id = ASIA1\naws_secret_access_key = s/e+c\naws_session_token = t/o+k==\n';

describe('the AWS session of a step is found', () => {
  test('in variables', async () => {
    expect(
      await find({
        AWS_ACCESS_KEY_ID: 'ASIA1',
        AWS_SECRET_ACCESS_KEY: 's/e+c',
        AWS_SESSION_TOKEN: 't/o+k==',
      }),
    ).toEqual(KEYS);
  });

  test('at the endpoint of exec, for whoever has its token', async () => {
    const endpoint = await testServer(({ headers }) =>
      headers.authorization === 'own'
        ? { status: 200, body: { AccessKeyId: 'ASIA1', SecretAccessKey: 's/e+c', Token: 't/o+k==' } }
        : { status: 401, body: {} },
    );
    const at = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/credentials` };
    expect(await find({ ...at, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'own' })).toEqual(KEYS);
    expect(await find({ ...at, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: fileOf('own') })).toEqual(KEYS);
    await expect(find({ ...at, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'other' })).rejects.toThrow(Failure);
  });

  test('in the file of the plugin', async () => {
    expect(await find({ AWS_SHARED_CREDENTIALS_FILE: fileOf(PROFILE) })).toEqual(KEYS);
  });
});

describe('there is none', () => {
  test.each<[string, () => Terminal['environment']]>([
    ['where nothing is', () => ({})],
    ['in a long-lived key', () => ({ AWS_ACCESS_KEY_ID: 'AKIA1', AWS_SECRET_ACCESS_KEY: 's' })],
    [
      'in a file with a long-lived key',
      () => ({ AWS_SHARED_CREDENTIALS_FILE: fileOf(PROFILE.replace(/aws_session.*\n/, '')) }),
    ],
    [
      'in a file of another profile',
      () => ({ AWS_SHARED_CREDENTIALS_FILE: fileOf(PROFILE.replace('default', 'other')) }),
    ],
    ['in a file that is not there', () => ({ AWS_SHARED_CREDENTIALS_FILE: '/nowhere' })],
    [
      'at the endpoint of a machine',
      () => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.2/v2/credentials' }),
    ],
  ])('%s', async (_name, environment) => {
    await expect(find(environment())).rejects.toThrow(Failure);
  });
});

test('the access token of Google is found in a file or a variable', async () => {
  expect(await findGoogleToken(terminal({ CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: fileOf('ya29.a\n') }))).toBe(
    'ya29.a',
  );
  expect(await findGoogleToken(terminal({ CLOUDSDK_AUTH_ACCESS_TOKEN: 'ya29.b' }))).toBe('ya29.b');
  await expect(findGoogleToken(terminal({}))).rejects.toThrow(Failure);
});
