import { describe, expect, test } from 'vitest';
import { listTemplateComplaints } from '../../infra/template.ts';
import { inputOf, refusedFor } from '../harness/deploy.ts';

const SCOPES = '    scopes: [write_packages]\n';
function APP_KEYS(count: number) {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `Iv23li${index}`,
      `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${'n'.repeat(400)}${index}-AbCdEf`,
    ]),
  );
}
function APP_ROLES(count: number) {
  return Array.from(
    { length: count },
    (_, index) =>
      `${SCOPES}github: { app: Iv23li${index}, owner: acme, repositories: [web], permissions: { write_packages: { packages: write } } }`,
  );
}

function stackOf(length: number, prefix = 'kite-sts-prod', region = 'eu-central-1') {
  return { name: 's'.repeat(length), prefix, region };
}

describe('I7: packaging', () => {
  test.each([
    ['a role of 64 characters', stackOf(64 - '-eu-central-1-authorizer'.length), []],
    ['one of 65', stackOf(65 - '-eu-central-1-authorizer'.length), ['wrong-value serverless.yml service']],
    [
      'the same stack in a region of a longer name',
      stackOf(64 - '-eu-central-1-authorizer'.length, 'kite-sts-prod', 'ap-southeast-2'),
      ['wrong-value serverless.yml service'],
    ],
    ['a function of 64 characters', stackOf(20, 'p'.repeat(53)), []],
    ['one of 65', stackOf(20, 'p'.repeat(54)), ['wrong-value serverless.yml service']],
  ])('takes or refuses %s', (_name, stack, refused) => {
    expect(refusedFor({ stack })).toEqual(refused);
  });

  const RESERVED = 'wrong-value serverless.yml custom.kiteSts.reservedConcurrency';

  test.each([
    { options: { reservedConcurrency: 900 }, refused: [] },
    { options: { reservedConcurrency: 901 }, refused: [RESERVED] },
    { options: { reservedConcurrency: 901, accountConcurrency: 3000 }, refused: [] },
    { options: { reservedConcurrency: 2901, accountConcurrency: 3000 }, refused: [RESERVED] },
    { options: { reservedConcurrency: 1, accountConcurrency: 10 }, refused: [RESERVED] },
    { options: { accountConcurrency: 10 }, refused: [] },
  ])('leaves the account its share of functions at once: $options', ({ options, refused }) => {
    expect(refusedFor({ options })).toEqual(refused);
  });

  test.each([
    { count: 5, refused: [] },
    { count: 8, refused: ['too-many serverless.yml custom.kiteSts.appKeys'] },
  ])('keeps the settings of a function below 4,096 bytes: $count long names', ({ count, refused }) => {
    expect(refusedFor({ also: APP_ROLES(count), options: { appKeys: APP_KEYS(count) } })).toEqual(refused);
  });

  test.each([
    { asked: { stack: stackOf(60) }, names: '64' },
    { asked: { options: { reservedConcurrency: 950 } }, names: '900' },
    { asked: { also: APP_ROLES(8), options: { appKeys: APP_KEYS(8) } }, names: '4096' },
  ])('names the limit: $names', ({ asked, names }) => {
    expect(listTemplateComplaints(inputOf(asked)).map(({ message }) => message)).toEqual([
      expect.stringContaining(names),
    ]);
  });
});
