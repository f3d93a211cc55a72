import { describe, expect, test } from 'vitest';
import { GOOGLE } from '../lib/protocols/oauth.ts';
import { SPENT_TABLE } from '../lib/stores/spent.ts';
import { testAws } from './harness/aws.ts';
import { testBroker } from './harness/broker.ts';
import { TARGET } from './harness/door.ts';
import { TRUST } from './harness/grant.ts';
import { tokenClaims } from './harness/issuer.ts';
import { PROVIDER } from './harness/policy.ts';
import { stsError } from './harness/sts.ts';

const ROLE = 'release-firmware';
const POOL = `//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/kite-sts/providers/${ROLE}`;
/** Ways to say one token, of which the door takes the first two. */
const SPELLINGS = [
  (token: string) => token,
  (token: string) => `${token}\n`,
  (token: string) => `${token}=`,
  (token: string) => ` ${token}`,
  (token: string) => token.replace('.', '%2E'),
];

const aws = await testAws();
const roles = {
  [ROLE]: `single_use: true\n${TRUST}${PROVIDER}\n`,
  deploy: `single_use: true\n${TRUST}aws: { role_arn: ${TARGET} }\n`,
};
const tables = { spentTable: await aws.dynamo.makeTable(SPENT_TABLE.key) };
const made = { roles, tables, aws: aws.setting };
/** Two processes of one deployment. */
const brokers = [await testBroker(made), await testBroker(made)];

async function endOf(index: number, token: string): Promise<string> {
  const subject_token = SPELLINGS[index % SPELLINGS.length]?.(token);
  const audience = index % 3 === 0 ? POOL : ROLE;
  const broker = brokers[index % brokers.length];
  const { status, body } = (await broker?.ask({ subject_token, audience })) ?? {};
  return status === 200 ? 'issued' : `${status} ${(JSON.parse(body ?? '{}') as { code: string }).code}`;
}

describe('T63: after an exchange that issued nothing, the same token', () => {
  test.each([
    { name: 'is good where STS refused', fails: stsError('AccessDenied', 403), ends: [400, 200, 409] },
    {
      name: 'is used up where STS may have issued',
      fails: stsError('InternalFailure', 500),
      ends: [503, 409, 409],
    },
  ])('$name', async ({ name, fails, ends }) => {
    const subject_token = await brokers[0]?.issuer.sign(tokenClaims({ jti: name }));
    const ask = async () => (await brokers[0]?.ask({ subject_token, audience: 'deploy' }))?.status;
    aws.sts.reply(fails);
    const first = await ask();
    aws.sts.reply();
    expect([first, await ask(), await ask()]).toEqual(ends);
  });
});

describe('T63: of 100 exchanges of one token at the same time, in two processes', () => {
  test('T08: one gets the credential, whatever the spelling of token and role', async () => {
    expect(POOL).toMatch(GOOGLE);
    const token = (await brokers[0]?.issuer.sign(tokenClaims({ jti: 'race' }))) ?? '';
    const ends = await Promise.all(Array.from({ length: 100 }, (_, index) => endOf(index, token)));
    const times = (end: string): number => ends.filter(each => each === end).length;
    expect([times('issued'), times('409 token_already_used'), times('400 token_malformed')]).toEqual([
      1, 39, 60,
    ]);
  });
});
