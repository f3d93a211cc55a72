import { expect, test } from 'vitest';
import { findCallerArn } from '../../lib/aws/sts.ts';
import { stsCaller, stsError, stsSuccess, testSts } from '../harness/sts.ts';

const ARN = 'arn:aws:sts::123456789012:assumed-role/admin/alice';

const sts = await testSts();

test('whose credentials these are is asked of STS', async () => {
  sts.reply(stsCaller(ARN));
  expect(await findCallerArn(sts.setting)).toBe(ARN);
  expect(sts.calls.map(call => Object.fromEntries(call))).toEqual([
    { Action: 'GetCallerIdentity', Version: '2011-06-15' },
  ]);
});

test('what STS refuses is told by its code', async () => {
  sts.reply(stsError('ExpiredToken', 403));
  await expect(findCallerArn(sts.setting)).rejects.toMatchObject({ code: 'ExpiredToken', passing: false });
});

test('an answer to another question is nobody', async () => {
  sts.reply(stsSuccess({}));
  await expect(findCallerArn(sts.setting)).rejects.toThrow('without an ARN');
});
