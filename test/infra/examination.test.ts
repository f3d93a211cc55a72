import { expect, test } from 'vitest';
import { examineDeployed } from '../../infra/examination.ts';
import { INSTRUMENTS } from '../../lib/doctor/outside.ts';
import { inputOf } from '../harness/deploy.ts';
import { testServer } from '../harness/server.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const alone = { ...INSTRUMENTS, fetch: async () => Promise.reject(new TypeError('no network')) };

test('after a deployment, what is wrong is a warning with what to do', async () => {
  const aws = await testServer(() => ({ status: 403, body: '{"__type":"AccessDeniedException"}' }));
  const setting = { region: 'eu-central-1', endpoint: aws.url, credentials };
  const { warning } = await examineDeployed(inputOf(), 'http://127.0.0.1:9', setting, alone);
  expect(warning).toMatch(/WRONG +health +http:\/\/127\.0\.0\.1:9\/health: .*\n +See its DNS record/);
  expect(warning).toMatch(/unknown +stack +kite-sts-prod: /);
  expect(warning).toContain('The deployment is done, and stays.');
});

test('and if a look itself fails, that too is a warning, and the others go on', async () => {
  const aws = await testServer(() => ({ status: 200, body: '<DescribeStacksResponse/>' }));
  const setting = { region: 'eu-central-1', endpoint: aws.url, credentials };
  const { warning } = await examineDeployed(inputOf(), 'no url', setting, alone);
  expect(warning).toMatch(/unknown +look +examineCertificate: the look itself failed: TypeError/);
  expect(warning).toMatch(/WRONG +stack +kite-sts-prod: /);
});
