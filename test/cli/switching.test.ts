import { beforeEach, describe, expect, test } from 'vitest';
import { createDynamoTable } from '../../lib/aws/dynamo.ts';
import { DUMMY_KEYS } from '../../lib/local/sts.ts';
import {
  createTableSwitches,
  deriveSwitchTableName,
  SWITCH_TABLE,
  type SwitchStore,
} from '../../lib/stores/switches.ts';
import { findSuspended, findSwitch } from '../../lib/switch.ts';
import { testAws } from '../harness/aws.ts';
import { runLine, wordsOf } from '../harness/command-line.ts';
import { BUILDKITE } from '../harness/policy.ts';
import { stsCaller, stsError } from '../harness/sts.ts';

const ALICE = 'arn:aws:sts::123456789012:assumed-role/admin/alice';

let store: SwitchStore;
let stack: string;
let stacks = 0;
const aws = await testAws();
beforeEach(async () => {
  stack = `kite-sts-${stacks++}`;
  const table = await aws.dynamo.makeTable(SWITCH_TABLE.key, deriveSwitchTableName(stack));
  store = createTableSwitches(createDynamoTable(table, aws.setting));
  aws.sts.reply(stsCaller(ALICE));
});

function kite(words: readonly string[], environment: object = {}) {
  return runLine([...words, '--stack', stack], {
    AWS_ACCESS_KEY_ID: DUMMY_KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: DUMMY_KEYS.secretAccessKey,
    AWS_REGION: 'us-east-1',
    KITE_STS_AWS_ENDPOINT: aws.setting.endpoint,
    ...environment,
  });
}
const BECAUSE = ['--because', 'INC-1'];

describe('what is switched off', () => {
  test.each<[words: string, names: readonly string[], more?: object]>([
    [`issuer ${BUILDKITE}`, [BUILDKITE]],
    ['kid key-1', ['key-1']],
    [`organization acme --issuer ${BUILDKITE} --by-name`, ['acme', BUILDKITE], { byName: true }],
    [
      `pipeline web --organization acme --issuer ${BUILDKITE} --id p-1`,
      ['web', 'acme', BUILDKITE],
      { id: 'p-1' },
    ],
    [
      `pipeline api --organization acme --issuer ${BUILDKITE} --id p-2 --by-name`,
      ['api', 'acme', BUILDKITE],
      { id: 'p-2', byName: true },
    ],
    ['role deploy-web', ['deploy-web']],
  ])('%j is kept with who, when and why', async (words, names, more) => {
    expect((await kite(['disable', ...wordsOf(words), ...BECAUSE])).exits).toBe(0);
    expect(await store.list()).toEqual([
      {
        what: wordsOf(words)[0],
        names,
        ...more,
        off: true,
        reason: 'INC-1',
        by: ALICE,
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
    ]);
  });

  test('T94: by name says what it misses, and by its id does not', async () => {
    const web = ['disable', 'pipeline', 'web', '--organization', 'acme', '--issuer', BUILDKITE, ...BECAUSE];
    expect((await kite([...web, '--by-name'])).out).toContain('whoever renames or moves it is issued again');
    const { out } = await kite([...web, '--id', 'p-1']);
    expect([out.includes('renames'), out.includes('id p-1')]).toEqual([false, true]);
  });

  test('is listed, until it is switched on again; then only with --all', async () => {
    await kite(['disable', 'role', 'deploy-web', ...BECAUSE]);
    expect(await kite(['disabled'])).toMatchObject({
      exits: 2,
      out: expect.stringMatching(/^off {2}role deploy-web .* arn:aws:sts::.*\/alice {2}INC-1\n$/),
    });
    expect((await kite(['enable', 'role', 'deploy-web', '--because', 'closed'])).exits).toBe(0);
    expect(await kite(['disabled'])).toMatchObject({ exits: 0, out: '' });
    const { out } = await kite(['disabled', '--all', '--json']);
    expect(JSON.parse(out)).toMatchObject([{ what: 'role', off: false, reason: 'closed', by: ALICE }]);
  });

  test('is printed for a program as it is listed', async () => {
    for (const verb of ['disable', 'enable']) {
      const { out } = await kite([verb, 'role', 'deploy-web', ...BECAUSE, '--json']);
      const listed = (await kite(['disabled', '--all', '--json'])).out;
      expect([JSON.parse(out)]).toEqual(JSON.parse(listed));
    }
  });

  test('T66: moves no terminal by its reason', async () => {
    await kite(['disable', 'role', 'deploy-web', '--because', 'a\u001b[2Jb\nc']);
    const { out } = await kite(['disabled']);
    expect([out.includes('\u001b'), out.split('\n')]).toEqual([false, [expect.any(String), '']]);
  });
});

describe('what a role demands of jobs is suspended', () => {
  const words = ['suspend', 'running', 'deploy-web', ...BECAUSE];

  test('T87: for so many hours, with who, when and why', async () => {
    expect((await kite([...words, '--hours', '4'])).exits).toBe(0);
    const [kept] = await store.list();
    expect(kept).toEqual({
      what: 'running',
      names: ['deploy-web'],
      off: true,
      until: expect.any(String),
      reason: 'INC-1',
      by: ALICE,
      at: expect.any(String),
    });
    expect(Date.parse(kept?.until ?? '') - Date.parse(kept?.at ?? '')).toBe(4 * 3_600_000);
    expect(findSuspended(await store.list(), 'deploy-web', Date.now() / 1000)).toEqual(['running']);
  });

  test('and is listed until it ends, or is resumed', async () => {
    await kite([...words, '--hours', '72', '--json']);
    expect(await kite(['disabled'])).toMatchObject({
      exits: 2,
      out: expect.stringMatching(/^suspended {2}running deploy-web {2}until /),
    });
    const resumed = await kite(['resume', 'running', 'deploy-web', '--because', 'events come', '--json']);
    expect(JSON.parse(resumed.out)).toMatchObject({ off: false });
    expect(await kite(['disabled'])).toMatchObject({ exits: 0, out: '' });
    expect(findSuspended(await store.list(), 'deploy-web', Date.now() / 1000)).toEqual([]);
    const past = { what: 'approval', names: ['deploy-web'], off: true, reason: '', by: '' } as const;
    await store.set({ ...past, at: '2026-01-01T00:00:00.000Z', until: '2026-01-01T01:00:00.000Z' });
    expect(await kite(['disabled'])).toMatchObject({ exits: 0, out: '' });
    expect((await kite(['disabled', '--all'])).out.split('\n')).toHaveLength(3);
  });

  test('and strikes nobody', async () => {
    await kite([...words, '--hours', '1']);
    const origin = { issuer: BUILDKITE, keyId: 'k', organization: 'a', pipeline: 'p', role: 'deploy-web' };
    expect(findSwitch(await store.list(), origin)).toBeUndefined();
  });

  test.each([
    ['of something else', ['suspend', 'runing', 'deploy-web', '--hours', '1', ...BECAUSE]],
    ['without an end', words],
    ['for no hour', [...words, '--hours', '0']],
    ['for half an hour', [...words, '--hours', '0.5']],
    ['for longer than three days', [...words, '--hours', '73']],
    ['without a reason', ['suspend', 'running', 'deploy-web', '--hours', '1']],
  ])('not %s', async (_name, line) => {
    expect((await kite(line)).exits).toBe(64);
    expect(await store.list()).toEqual([]);
  });
});

describe('nothing is switched by a command line', () => {
  test.each<[name: string, words: readonly string[]]>([
    ['of another kind', ['roles', 'deploy-web', ...BECAUSE]],
    ['without a reason', ['role', 'deploy-web']],
    ['with an organization of no issuer', ['organization', 'acme', ...BECAUSE]],
    ['with a pipeline of no organization', ['pipeline', 'web', '--issuer', BUILDKITE, ...BECAUSE]],
    [
      'T94: with a pipeline of no id, unless its name is all there is',
      ['pipeline', 'web', '--organization', 'acme', '--issuer', BUILDKITE, ...BECAUSE],
    ],
    ['with a role of an id', ['role', 'deploy-web', '--id', 'r-1', ...BECAUSE]],
    ['with a role by name', ['role', 'deploy-web', '--by-name', ...BECAUSE]],
    ['with an option that has no effect', ['role', 'web', '--issuer', BUILDKITE, ...BECAUSE]],
  ])('%s', async (_name, words) => {
    expect((await kite(['disable', ...words])).exits).toBe(64);
    expect(await store.list()).toEqual([]);
  });
});

describe('nothing is switched, and it is said why,', () => {
  const ROLE = ['disable', 'role', 'deploy-web', ...BECAUSE];

  test('where nobody can be named for it', async () => {
    aws.sts.reply(stsError('ExpiredToken', 403));
    expect(await kite(ROLE)).toMatchObject({ exits: 1, error: expect.stringContaining('ExpiredToken') });
    expect(await store.list()).toEqual([]);
  });

  test('where there is no such stack', async () => {
    stack = 'kite-sts-none';
    expect(await kite(ROLE)).toMatchObject({ exits: 1, error: expect.stringContaining('--stack') });
  });

  test('where there are no credentials, nor an AWS CLI to ask', async () => {
    const environment = { AWS_ACCESS_KEY_ID: undefined, PATH: '/nowhere' };
    const error = expect.stringContaining('AWS_ACCESS_KEY_ID');
    expect(await kite(ROLE, environment)).toMatchObject({ exits: 1, error });
  });

  test('where no region is named', async () => {
    expect((await kite(ROLE, { AWS_REGION: undefined })).exits).toBe(64);
  });
});
