import process from 'node:process';
import { expect, test } from 'vitest';
import { runChild } from '../../lib/client/child.ts';
import { ROOT } from '../harness/markdown.ts';

const PATH = process.env['PATH'];

test.each([
  ['its own', ['sh', '-c', 'exit 7'], 7],
  ['0 when all went well', ['true'], 0],
  ['128 and the number of the signal that ended it', ['sh', '-c', 'kill -KILL $$'], 137],
  ['127 when there is no such command', ['no-such-command'], 127],
  ['126 when it cannot be run', [ROOT], 126],
])('the exit code of a command is %s', async (_name, command, exits) => {
  expect(await runChild(command, { PATH }, () => {})).toBe(exits);
});

test.each([
  ['that is not there', ['no-such-command'], 1],
  ['that cannot be run', [ROOT], 1],
  ['that fails by itself', ['false'], 0],
])('a command %s is told of by name as often as we are the first to know', async (_name, command, times) => {
  const told: string[] = [];
  await runChild(command, { PATH }, reason => told.push(reason));
  expect(told.filter(each => each.includes(String(command[0])))).toHaveLength(times);
});

test('a command has the environment that it is given, and nothing of ours', async () => {
  const script = '[ "$GIVEN" = yes ] && [ -z "$NODE_ENV" ]';
  expect(await runChild(['sh', '-c', script], { PATH, GIVEN: 'yes' }, () => {})).toBe(0);
});

test('no listener for signals is left behind', async () => {
  const count = (): number => process.listenerCount('SIGTERM') + process.listenerCount('SIGINT');
  const before = count();
  await runChild(['true'], { PATH }, () => {});
  expect(count()).toBe(before);
});
