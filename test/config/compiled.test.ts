import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadedConfig, openCompiled, writeCompiled } from '../../lib/config/compiled.ts';
import { loadConfig } from '../../lib/config/load.ts';

test('a configuration that was compiled is the one that was loaded', () => {
  const { config } = loadConfig('config');
  if (!config) throw new Error('config/ does not load');
  const folder = mkdtempSync(join(tmpdir(), 'compiled-'));
  writeCompiled(join(folder, 'deep', 'down'), config);
  const opened = openCompiled(join(folder, 'deep', 'down'));
  const loaded = loadedConfig(config);
  expect([opened.url, opened.audience]).toEqual([loaded.url, loaded.audience]);
  expect(opened.audiences).toEqual(loaded.audiences);
  expect([...opened.rows.keys()]).toEqual([...loaded.rows.keys()]);
  // What JSON leaves out, undefined, is what `toEqual` passes over too.
  expect(opened.rows).toEqual(loaded.rows);
  for (const { name } of config.roles) expect(opened.roles.find(name)).toEqual(loaded.roles.find(name));
  rmSync(folder, { recursive: true });
});
