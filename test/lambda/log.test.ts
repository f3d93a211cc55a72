import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { writeLog } from '../../lib/lambda/log.ts';

/** A log that does these one after the other: takes so many bytes, or fails by that name. */
function logThat(...does: readonly (number | string)[]) {
  const steps = [...does];
  const taken: string[] = [];
  const write = (bytes: Uint8Array, at: number): number => {
    const step = steps.shift() ?? 'none';
    if (typeof step === 'string') throw Object.assign(new Error(step), { code: step });
    taken.push(Buffer.from(bytes.subarray(at, at + step)).toString());
    return Math.min(step, bytes.length - at);
  };
  return { taken, write };
}

test('lines go in one piece', () => {
  const { taken, write } = logThat(99);
  writeLog('{"a":1}\n{"b":2}', write);
  expect(taken).toEqual(['{"a":1}\n{"b":2}\n']);
});

test('what is left goes on where the system took a part, or was full', () => {
  const { taken, write } = logThat(3, 'EAGAIN', 'EAGAIN', 99);
  writeLog('abcdef', write);
  expect(taken).toEqual(['abc', 'def\n']);
});

test('T84: a log that takes nothing is thrown', () => {
  expect(() => writeLog('abc', logThat('EPIPE').write)).toThrow('EPIPE');
  expect(() => writeLog('abc', logThat(2, 'EIO').write)).toThrow('EIO');
});

test('T84: a line is whole in the log, also after one that broke off', () => {
  const broken = logThat(20, 'EIO');
  expect(() => writeLog('{"decision_id":"the first of all"}', broken.write)).toThrow('EIO');
  const full = logThat('EPIPE');
  expect(() => writeLog('{"decision_id":"second"}', full.write)).toThrow('EPIPE');
  const whole = logThat(99, 99);
  writeLog('{"decision_id":"third"}', whole.write);
  writeLog('{"decision_id":"fourth"}', whole.write);
  const lines = [...broken.taken, ...full.taken, ...whole.taken].join('').split('\n').slice(-3);
  expect(lines).toEqual(['{"decision_id":"third"}', '{"decision_id":"fourth"}', '']);
});

test('T84: and one that stays full, after a second', () => {
  const { write } = logThat(...Array.from({ length: 1002 }, () => 'EAGAIN'));
  expect(() => writeLog('abc', write)).toThrow('EAGAIN');
});

test('it is standard output, whole before the process ends', () => {
  const file = new URL('../../lib/lambda/log.ts', import.meta.url).href;
  const script = `
    const { writeLog } = await import('${file}');
    writeLog('x'.repeat(200_000));
    process.kill(process.pid, 'SIGKILL');`;
  let written = '';
  try {
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  } catch (error) {
    written = (error as { readonly stdout: string }).stdout;
  }
  expect(written).toBe(`${'x'.repeat(200_000)}\n`);
});
