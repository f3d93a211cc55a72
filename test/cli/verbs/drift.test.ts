import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../../lib/cli/run.ts';
import { BROKER } from '../../estate/aws/migrated.ts';
import { allow, details, GITHUB_HOST, policyOf, subject } from '../../estate/dumps.ts';
import { runLine, wordsOf } from '../../harness/command-line.ts';
import { folderOf, testTerminal } from '../../harness/local.ts';

const TRUST = policyOf({
  Effect: 'Allow',
  Principal: { AWS: BROKER },
  Action: 'sts:AssumeRole',
  Condition: { StringEquals: { 'sts:ExternalId': 'kite-sts:web' } },
});
const DIRECT = policyOf(allow(GITHUB_HOST, subject(GITHUB_HOST, 'repo:acme/web:*')));
const FILES = {
  'config/broker.yml': 'url: https://sts.test.example\nissuers: [{ preset: buildkite }]\n',
  'config/roles/web.yml': `trust:\n  - iss: https://agent.buildkite.com\n    claims: { organization_slug: acme, pipeline_slug: web }\naws: { role_arn: "arn:aws:iam::123456789012:role/web", source_identity: false }\n`,
};
const rolesOf = (...trusts: object[]) =>
  details(trusts.map((trust, at) => ({ name: at === 0 ? 'web' : `other-${at}`, trust })));
const folderWith = (dump: object) =>
  folderOf({
    ...FILES,
    'details.json': JSON.stringify({ ...dump, OpenIDConnectProviderList: [], AccessKeyMetadata: [] }),
    'length.json': JSON.stringify({
      Role: {
        Arn: 'arn:aws:iam::123456789012:role/web',
        RoleName: 'web',
        Path: '/',
        MaxSessionDuration: 3600,
        AssumeRolePolicyDocument: TRUST,
      },
    }),
  });

const drifted = (folder: string, ...more: string[]) => {
  const account = ['details', 'length'].flatMap(name => ['--account', join(folder, `${name}.json`)]);
  const words = ['--broker-role-arn', BROKER, '--config', join(folder, 'config')];
  return runLine(['drift', ...account, ...words, ...more]);
};

test('nothing new exits with 0, something with 2, and what could not be told with 4', async () => {
  expect((await drifted(folderWith(rolesOf(TRUST)))).exits).toBe(0);
  expect((await drifted(folderWith(rolesOf(TRUST, DIRECT)))).exits).toBe(2);
  expect((await drifted(folderWith({ ...rolesOf(TRUST), IsTruncated: true }))).exits).toBe(4);
});

test('what a file accepts fails nothing', async () => {
  const folder = folderWith(rolesOf(TRUST, DIRECT));
  writeFileSync(join(folder, 'known.json'), (await drifted(folder, '--json')).out);
  const { exits, out } = await drifted(folder, '--known', join(folder, 'known.json'));
  expect([exits, out]).toEqual([0, '0 findings, 1 known.\n']);
});

const WALL = ['--boundary', 'arn:aws:iam::123456789012:policy/wall'];

test('SARIF names each rule, where the role stands, and suppresses what is known', async () => {
  const folder = folderWith(rolesOf(TRUST, DIRECT));
  const [sarif] = JSON.parse((await drifted(folder, '--sarif', ...WALL)).out).runs;
  expect(sarif.results.map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual([
    'direct-trust',
    'boundary-missing',
  ]);
  for (const { ruleId, ruleIndex } of sarif.results)
    expect(sarif.tool.driver.rules[ruleIndex].id).toBe(ruleId);
  expect(sarif.results[1].locations[0].physicalLocation.artifactLocation.uri).toMatch(
    /config\/roles\/web\.yml$/,
  );
  writeFileSync(join(folder, 'known.json'), (await drifted(folder, '--json', ...WALL)).out);
  const [again] = JSON.parse(
    (await drifted(folder, '--sarif', ...WALL, '--known', join(folder, 'known.json'))).out,
  ).runs;
  expect(
    again.results.every(({ suppressions }: { suppressions?: unknown }) => suppressions !== undefined),
  ).toBe(true);
});

test('T100: what a dump names is no command of a terminal', async () => {
  const [role] = rolesOf(DIRECT)['RoleDetailList'] as object[];
  const dump = { RoleDetailList: [{ ...role, Arn: 'arn:aws:iam::123456789012:role/\u001b]0;x\u0007' }] };
  expect((await drifted(folderWith(dump))).out).not.toMatch(/[\u001b\u0007]/);
});

describe('refused is', () => {
  test.each<[says: string, words: string, exits: number]>([
    ['no dump', `--broker-role-arn ${BROKER}`, 64],
    ['no broker', '--account x', 64],
    ['two forms at once', `--account x --broker-role-arn ${BROKER} --json --sarif`, 64],
    ['a dump that is not there', `--account x --broker-role-arn ${BROKER}`, 1],
  ])('%s', async (_says, words, exits) => {
    expect(await run(['drift', ...wordsOf(words)], testTerminal())).toBe(exits);
  });

  test.each(['{}', '[1]', '[{"code": 1, "of": "x"}]', 'x'])('a file of --known that holds %s', async text => {
    const folder = folderWith(rolesOf(TRUST));
    writeFileSync(join(folder, 'known.json'), text);
    expect((await drifted(folder, '--known', join(folder, 'known.json'))).exits).toBe(1);
  });
});
