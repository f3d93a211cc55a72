import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../lib/config/load.ts';
import { BROKER } from '../../estate/aws/migrated.ts';
import { exchange, lineOf, ROLE } from '../../estate/usage/exchanges.ts';
import { runLine, wordsOf } from '../../harness/command-line.ts';
import { folderOf } from '../../harness/local.ts';

const FILES = {
  'config/broker.yml': 'url: https://sts.test.example\nissuers: [{ preset: buildkite }]\n',
  'config/roles/web.yml': ROLE,
};
/** The tests' clock is the real one here: days before now. */
const AGO = (Date.parse('2026-12-01T00:00:00Z') - Date.now()) / 86_400_000;
const ago = (days: number, more: Parameters<typeof exchange>[0] = {}) =>
  exchange({ days: days + AGO, ...more });
const USED = [ago(1), ago(2, { branch: 'release-2' }), ago(3), ago(100)];
const LINES = USED.map((each, at) => lineOf(each, `id-${at}`));

const used = (folder: string, ...words: string[]) => {
  return runLine(['usage', ...words, '--config', join(folder, 'config')]);
};
const json = async (folder: string, ...words: string[]) =>
  JSON.parse((await used(folder, ...words, '--json')).out);

describe('audit events are read from', () => {
  const message = (line: string) => ({ timestamp: 1, message: `${line}\n`, ingestionTime: 2 });
  test.each<[says: string, content: string | Buffer]>([
    ['standard output', `START RequestId\n${LINES.join('\n')}\nEND`],
    ['a compressed object of Firehose', gzipSync(`${LINES.join('\n')}\n`)],
    [
      'an export of CloudWatch Logs',
      gzipSync(LINES.map(line => `2026-11-30T00:00:00.000Z ${line}`).join('\n')),
    ],
    ['aws logs tail', LINES.map(line => `2026-11-30T00:00:00 2026/11/30/[1]abc ${line}`).join('\n')],
    [
      'aws logs filter-log-events',
      JSON.stringify({ events: LINES.map(message), searchedLogStreams: [] }, null, 2),
    ],
    [
      'a subscription to Firehose',
      JSON.stringify({ messageType: 'DATA_MESSAGE', logGroup: 'x', logEvents: LINES.map(message) }),
    ],
    ['a log in which each event is twice', [...LINES, ...LINES].join('\n')],
  ])('%s', async (_says, content) => {
    const folder = folderOf(FILES);
    writeFileSync(join(folder, 'log'), content);
    expect((await json(folder, join(folder, 'log'))).roles).toMatchObject([{ issued: 3 }]);
  });

  test('a folder of files', async () => {
    const folder = folderOf(FILES);
    mkdirSync(join(folder, 'log/2026/11'), { recursive: true });
    for (const [at, line] of LINES.entries()) writeFileSync(join(folder, `log/2026/11/${at}`), line);
    expect((await json(folder, join(folder, 'log'))).roles).toMatchObject([{ issued: 3 }]);
  });
});

const withLog = (lines = LINES, role = ROLE) => {
  const folder = folderOf({ ...FILES, 'config/roles/web.yml': role });
  writeFileSync(join(folder, 'log'), lines.join('\n'));
  return folder;
};

test('T96: what is proposed loads, is not wider, and lets in whoever came', async () => {
  const folder = withLog();
  const { exits, out } = await used(folder, join(folder, 'log'), '--propose', join(folder, 'new'));
  expect([exits, out]).toEqual([0, expect.stringContaining('stays: release-1 (3), release-2 (1)')]);
  const text = readFileSync(join(folder, 'new/roles/web.yml'), 'utf8');
  expect(text).toContain('# deploys');
  const after = folderOf({ ...FILES, 'config/roles/web.yml': text });
  expect(loadConfig(join(after, 'config')).complaints).toEqual([]);
  for (const line of [
    `diff ${folder}/config ${after}/config`,
    `replay ${folder}/log --config ${after}/config`,
  ])
    expect(await runLine(wordsOf(line))).toMatchObject({ exits: 0 });
  expect(readFileSync(join(folder, 'new/PULL_REQUEST.md'), 'utf8')).toContain('What stays is what came');
});

test('T96: nothing is proposed from a log that does not go back far enough', async () => {
  const folder = withLog(LINES.slice(0, 3));
  const { enough, proposals } = await json(folder, join(folder, 'log'));
  expect([enough, proposals]).toEqual([false, []]);
});

test('T96: a proposal by which an exchange of the log would end otherwise is dropped, and said', async () => {
  // It came by a statement that is unused by name: an event of an older policy.
  const old = ago(5, { statement: 'older', claims: { ...exchange().claims, build_branch: 'release-9' } });
  const folder = withLog([...LINES, lineOf(old, 'old')]);
  const { proposals, dropped } = await json(folder, join(folder, 'log'));
  expect([proposals, dropped]).toMatchObject([[], [{ role: 'web' }]]);
});

test('a role without a proposal is left alone, and a file is never written over', async () => {
  const folder = withLog();
  const words = [join(folder, 'log'), '--propose', join(folder, 'new')];
  expect((await used(folder, ...words)).exits).toBe(0);
  expect((await used(folder, ...words)).exits).toBe(1);
});

test('CloudTrail is joined by the sessions that the broker opened', async () => {
  const folder = withLog([...LINES, lineOf(ago(1, { session: 'web.1.abc' }), 's')]);
  const trail = [
    {
      eventTime: '2026-11-30T00:00:00Z',
      eventSource: 'sts.amazonaws.com',
      eventName: 'AssumeRole',
      userIdentity: { type: 'AssumedRole', sessionContext: { sessionIssuer: { arn: BROKER } } },
      requestParameters: { roleArn: 'a', roleSessionName: 'web.1.abc' },
      responseElements: { credentials: { accessKeyId: 'ASIA1' } },
    },
    {
      eventTime: '2026-11-30T00:01:00Z',
      eventSource: 's3.amazonaws.com',
      eventName: 'ListBuckets',
      userIdentity: { type: 'AssumedRole', accessKeyId: 'ASIA1' },
    },
  ];
  writeFileSync(join(folder, 'trail.json.gz'), gzipSync(JSON.stringify({ Records: trail })));
  const words = [join(folder, 'log'), '--cloudtrail', join(folder, 'trail.json.gz')];
  expect((await used(folder, ...words)).exits).toBe(64);
  expect((await used(folder, ...words, '--broker-role-arn', BROKER, '--markdown')).out).toContain(
    's3:ListBuckets (1)',
  );
});

describe('refused is', () => {
  test.each<[says: string, words: string, exits: number]>([
    ['a file that is not there', 'nothing', 1],
    ['a file without an event', 'package.json', 1],
    ['a number of days that is none', 'log --days x', 64],
    ['two forms at once', 'log --json --markdown', 64],
  ])('%s', async (_says, words, exits) => {
    const folder = withLog();
    expect(
      (await used(folder, ...wordsOf(words).map(each => (each === 'log' ? join(folder, 'log') : each))))
        .exits,
    ).toBe(exits);
  });
});
