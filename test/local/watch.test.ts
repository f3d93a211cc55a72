import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { watchFolder } from '../../lib/local/watch.ts';
import { configFolder, ROLES } from '../harness/local.ts';

function watched() {
  const folder = configFolder();
  const told: string[] = [];
  return { folder, told, read: watchFolder(folder, text => void told.push(text)) };
}

describe('I14: a folder', () => {
  test('that stays as it is gives nothing, and is not told', () => {
    const { read, told } = watched();
    expect([read(), read(), told]).toEqual([undefined, undefined, []]);
  });

  test.each([
    [
      'a changed role',
      (folder: string) => writeFileSync(join(folder, 'roles/publish.yml'), `${ROLES.publish}\n`),
      3,
    ],
    ['a new role', (folder: string) => writeFileSync(join(folder, 'roles/next.yml'), ROLES.publish), 4],
    ['a role that is gone', (folder: string) => rmSync(join(folder, 'roles/publish.yml')), 2],
  ])('with %s is read once', (_name, change, roles) => {
    const { folder, read, told } = watched();
    change(folder);
    expect(read()?.roles).toHaveLength(roles);
    expect(read()).toBeUndefined();
    expect(told).toHaveLength(1);
  });

  test('with a mistake gives nothing, tells where the mistake is, and is read when it is mended', () => {
    const { folder, read, told } = watched();
    const role = join(folder, 'roles/publish.yml');
    writeFileSync(role, ROLES.publish.replace('build_branch', 'build_brnch'));
    expect(read()).toBeUndefined();
    expect(told.join('')).toContain('claim-unknown');
    writeFileSync(role, `${ROLES.publish}\n# mended`);
    expect(read()?.roles).toHaveLength(3);
  });
});
