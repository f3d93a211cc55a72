import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { createPrivateFolder } from '../../lib/client/folder.ts';

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

test('T54: only its user can open the folder and what is in it', async () => {
  const folder = await createPrivateFolder();
  await folder.write('token', 'secret');
  const path = folder.resolve('token');
  expect([modeOf(dirname(path)), modeOf(path)]).toEqual(['700', '600']);
  await folder.remove();
});

test('a file that is written again has the new text whole, and leaves nothing beside it', async () => {
  const folder = await createPrivateFolder();
  await folder.write('token', 'a longer text');
  await folder.write('token', 'short');
  expect(readFileSync(folder.resolve('token'), 'utf8')).toBe('short');
  expect(readdirSync(dirname(folder.resolve('token')))).toEqual(['token']);
  expect(modeOf(folder.resolve('token'))).toBe('600');
  await folder.remove();
});

test('nothing is left once it is removed, and it may be removed twice', async () => {
  const folder = await createPrivateFolder();
  await folder.write('token', 'secret');
  await folder.remove();
  await folder.remove();
  expect(existsSync(dirname(folder.resolve('token')))).toBe(false);
});
