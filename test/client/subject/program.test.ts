import process from 'node:process';
import { expect, test } from 'vitest';
import { NoSubjectToken, ProgramMissing } from '../../../lib/client/subject/mint.ts';
import { createProgramRunner } from '../../../lib/client/subject/program.ts';

const run = createProgramRunner({ PATH: process.env['PATH'], GIVEN: 'yes' });

test('a program has the environment that it is given, and its standard output is told', async () => {
  expect(await run('sh', ['-c', 'echo "$GIVEN"; echo aside >&2'])).toBe('yes\n');
});

test('words reach a program as they are, since no shell reads them', async () => {
  expect(await run('printf', ['%s', '$(id) `id` "a" \\n'])).toBe('$(id) `id` "a" \\n');
});

test('a program that is not there is told apart', async () => {
  await expect(run('no-such-program', [])).rejects.toThrow(ProgramMissing);
});

test('a program that fails is told with its exit code and its last lines, as plain characters', async () => {
  const words = ['-c', 'echo secret; printf "1\\n2\\n3\\n\\033[31mred\\n" >&2; exit 7'];
  const failed = await run('sh', words).catch(error => error as unknown);
  expect(failed).toBeInstanceOf(NoSubjectToken);
  expect(String(failed)).toContain('(7): 2 3 ?[31mred');
  expect(String(failed)).not.toContain('secret');
});

test('a program that prints far more than a token is stopped', async () => {
  await expect(run('sh', ['-c', 'yes'])).rejects.toThrow(NoSubjectToken);
});
