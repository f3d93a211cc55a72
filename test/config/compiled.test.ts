import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  createAuthorizerConfig,
  createBrokerConfig,
  openCompiled,
  openRegistries,
  writeCompiled,
} from '../../lib/config/compiled.ts';
import { loadConfig } from '../../lib/config/load.ts';

test('a configuration that was compiled is the one that was loaded', () => {
  const { config } = loadConfig('config');
  if (!config) throw new Error('config/ does not load');
  const folder = mkdtempSync(join(tmpdir(), 'compiled-'));
  writeCompiled(join(folder, 'deep', 'down'), config);
  const opened = openCompiled(join(folder, 'deep', 'down'));
  const loaded = createBrokerConfig(config);
  expect([opened.url, opened.audience, opened.limits]).toEqual([loaded.url, loaded.audience, loaded.limits]);
  expect(opened.audiences).toEqual(loaded.audiences);
  expect([...opened.rows.keys()]).toEqual([...loaded.rows.keys()]);
  // What JSON leaves out, undefined, is what `toEqual` passes over too.
  expect(opened.rows).toEqual(loaded.rows);
  for (const { name } of config.roles) expect(opened.roles.find(name)).toEqual(loaded.roles.find(name));
  rmSync(folder, { recursive: true });
});

test('registries that were compiled are those that were loaded, with their audiences and no others', () => {
  const { config } = loadConfig('examples/registry/config');
  if (!config) throw new Error('examples/registry/config/ does not load');
  const folder = mkdtempSync(join(tmpdir(), 'compiled-'));
  writeCompiled(folder, config);
  const opened = openRegistries(folder);
  const loaded = createAuthorizerConfig(config);
  expect([...opened.audiences]).toEqual([
    'https://packages.acme.example/acme/images',
    'https://packages.acme.example/acme/npm',
  ]);
  expect([opened.url, opened.audiences, opened.rows]).toEqual([loaded.url, loaded.audiences, loaded.rows]);
  for (const path of ['/npm/a', '/v2/acme/web'])
    expect(opened.registries.findByPath(path)).toEqual(loaded.registries.findByPath(path));
  expect(opened.registries.findByPath('/npm/a')?.digest).toMatch(/^[0-9a-f]{64}$/);
  rmSync(folder, { recursive: true });
});
