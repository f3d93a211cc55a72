import { describe, expect, test } from 'vitest';
import { type Config, loadConfig } from '../../lib/config/load.ts';
import { runLine, wordsOf } from '../harness/command-line.ts';
import {
  configFiles,
  configFolder,
  exchangeAt,
  fileOf,
  folderOf,
  localBroker,
  ROLES,
} from '../harness/local.ts';

const FOLDER = configFolder();

function configAt(folder: string): Config {
  const { config } = loadConfig(folder);
  if (!config) throw new Error('the folder must load');
  return config;
}

const { port, terminal } = await localBroker(configAt(FOLDER));
await exchangeAt(port, 'publish');
await exchangeAt(port, 'release');
const lines = terminal.written
  .join('')
  .split('\n')
  .filter(line => line.startsWith('{'));
const [issued = '', denied = ''] = lines.map(line =>
  String((JSON.parse(line) as { decision_id: string }).decision_id),
);
/** An audit log with two exchanges of a real broker, one issued and one denied, and what stands between. */
const log = fileOf(`starting\n${lines.join('\n')}\n`);

function explained(folder: string, ...words: string[]) {
  return runLine(['explain', ...words], { KITE_STS_CONFIG: folder });
}

describe('a decision of the audit log is explained', () => {
  test('as it was made, when the role is as it was', async () => {
    const { exits, out } = await explained(FOLDER, '--decision', issued, '--audit', log, '--json');
    expect(exits).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      role: 'publish',
      allowed: true,
      statement: 'pushes to main',
      recorded: { decisionId: issued, outcome: 'issued', policyChanged: false, omitted: [] },
    });
  });

  test('with the reason and what to change, when it was denied', async () => {
    const { exits, out } = await explained(FOLDER, '--decision', denied, '--audit', log, '--json');
    expect(exits).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      role: 'release',
      reason: 'no_statement_holds',
      recorded: { outcome: 'denied', reason: 'no_statement_holds', policyChanged: false },
    });
  });

  test('by the role as it is now, which is told, when it has changed', async () => {
    const publish = ROLES.publish.replace('build_branch: main', 'build_branch: next');
    const changed = folderOf({ ...configFiles(), 'roles/publish.yml': publish });
    const { exits, out } = await explained(changed, '--decision', issued, '--audit', log, '--json');
    expect(exits).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      allowed: false,
      recorded: { outcome: 'issued', policyChanged: true },
    });
  });

  test('as text, with how it ended before what the role says', async () => {
    const { out } = await explained(FOLDER, '--decision', denied, '--audit', log);
    const [first, second, third, fourth] = out.split('\n');
    expect(first).toContain(denied);
    expect(second).toMatch(/as it was/);
    expect([third, fourth?.slice(0, 7)]).toEqual(['', 'DENIED:']);
  });
});

/** An event as no broker writes it, in a log of its own. */
function logOf(members: object): string {
  const event = { event: 'exchange', decision_id: 'd1', role: 'publish', time: '2027-01-15T08:00:00.000Z' };
  return fileOf(`${JSON.stringify({ ...event, ...members })}\n`);
}

test('claims that the event did not keep are named', async () => {
  const file = logOf({ outcome: 'denied', claims: {}, claims_omitted: ['groups_direct'] });
  const { out } = await explained(FOLDER, '--decision', 'd1', '--audit', file, '--json');
  expect(JSON.parse(out)).toMatchObject({ recorded: { omitted: ['groups_direct'] } });
});

test('T66: a log cannot move the cursor of who reads an explanation', async () => {
  const file = logOf({ outcome: '\u001b[2Jissued', claims: {} });
  const { out } = await explained(FOLDER, '--decision', 'd1', '--audit', file);
  expect(out).not.toContain('\u001b');
});

describe('exit code 1 for', () => {
  test.each<[string, object, string]>([
    ['a decision that the log does not have', { decision_id: 'd2', claims: {} }, 'd1'],
    ['an exchange that ended before its claims were known', { code: 'token_expired' }, 'token_expired'],
    ['a role that is no more', { role: 'publsh', claims: {} }, '"publish"'],
    ['a decision of a registry', { event: 'authorization', claims: {} }, 'd1'],
  ])('%s', async (_name, members, said) => {
    const { exits, out, error } = await explained(FOLDER, '--decision', 'd1', '--audit', logOf(members));
    expect([exits, out]).toEqual([1, '']);
    expect(error).toContain(said);
  });
});

test.each<[string, string, string]>([
  ['--audit without a decision', '--audit x', '--decision'],
  ['--role beside a decision, which has one', '--decision d1 --role publish', '--role'],
  ['--claims beside a decision, which has them', '--decision d1 --claims x', '--claims'],
])('%s is wrong usage', async (_name, words, said) => {
  const { exits, error } = await explained(FOLDER, ...wordsOf(words));
  expect(exits).toBe(64);
  expect(error.split('\n\n')[0]).toContain(said);
});
