import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { type Config, loadConfig } from '../lib/config/load.ts';
import { listCaseFindings } from '../lib/review/cases/report.ts';
import { checkCases } from '../lib/review/cases/tested.ts';
import { runCases } from '../lib/review/cases/trial.ts';
import { casesBeside, casesFrom, testedBeside } from './harness/cases.ts';
import { localBroker } from './harness/local.ts';
import { blocks, ROOT, read } from './harness/markdown.ts';

const EXAMPLES = readdirSync(join(ROOT, 'examples'), { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(({ name }) => name)
  .sort();
const FOLDERS = ['config', ...EXAMPLES.map(name => `examples/${name}/config`)];

function configAt(folder: string): Config {
  const { config, complaints } = loadConfig(join(ROOT, folder));
  if (!config) throw new Error(JSON.stringify(complaints, null, 2));
  return config;
}

/** What an answer to request.sh must be: the statement that allows and the scope that is told, or the code. */
type Answer = { readonly allow: string; readonly scope?: string } | { readonly code: string };

/** The words that a script printed, and its exit code. */
function bash(script: string, broker: string): Promise<{ exits: number; output: string }> {
  return new Promise(resolve => {
    const env = { PATH: process.env['PATH'], BROKER: broker };
    execFile('bash', [script], { cwd: ROOT, env }, (error, output) =>
      resolve({ exits: error ? Number(error.code) : 0, output }),
    );
  });
}

type Json = { readonly [name: string]: unknown };
function jsonLines(text: string): Json[] {
  return text
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as Json);
}

function answered(body: Json, event: Json | undefined): Json {
  if (body['code'] !== undefined) return { code: body['code'] };
  if (event?.['event'] === 'authorization')
    return { allow: event['statement'], scope: (event['scopes'] as string[]).join(' ') };
  const { access_token, scope } = body;
  expect(access_token).toEqual(expect.any(String));
  return { allow: event?.['statement'], ...(scope === undefined ? {} : { scope }) };
}

test('there is an example for each scenario that the index names, and no other', () => {
  const named = [...read('examples/README.md').matchAll(/^\| \[([\w-]+)\]\(\1\) \|/gm)].map(
    ([, name]) => name,
  );
  expect(named.sort()).toEqual(EXAMPLES);
});

test('the cases that the index shows can be read', () => {
  const shown = blocks(read('examples/README.md')).find(({ words }) => words.includes('cases'));
  const { roles, rows } = configAt('examples/deploy-on-main/config');
  const cases = roles[0] && casesFrom(shown?.text ?? '', { role: roles[0], issuers: rows });
  expect(cases?.map(({ expected }) => Object.keys(expected)[0])).toEqual(['allow', 'deny']);
});

describe.each(FOLDERS)('%s', folder => {
  const config = configAt(folder);
  const beside = [...config.roles, ...config.registries].map(role => ({
    role,
    cases: casesBeside(role, config),
  }));

  test.each(['roles', 'registries'] as const)('has one of its %s for each file of cases', below => {
    const at = join(ROOT, folder, below);
    const files = existsSync(at) ? readdirSync(at).filter(file => file.endsWith('.test.yml')) : [];
    expect(files).toEqual(config[below].map(({ name }) => `${name}.test.yml`));
  });

  test.each(beside)(
    'T41: $role.name has at least one case that is allowed and three that are denied',
    ({ cases }) => {
      const allowed = cases.filter(({ expected }) => 'allow' in expected);
      expect(allowed.length).toBeGreaterThanOrEqual(1);
      expect(cases.length - allowed.length).toBeGreaterThanOrEqual(3);
    },
  );

  test.each(beside)('each trust statement of $role.name allows a case', ({ role, cases }) => {
    const winners = cases.flatMap(({ expected }) => ('allow' in expected ? expected.allow : []));
    expect([...new Set(winners)].sort()).toEqual(role.trust.map(({ id }) => id).sort());
  });

  test.each(beside)('T41: $role.name could lose nothing without a case that notices', ({ role }) => {
    const wish = { coverage: true, mutate: true };
    expect(listCaseFindings(checkCases(testedBeside(role, config), config.rows, wish))).toEqual([]);
  });

  test.each(beside.flatMap(({ role, cases }) => runCases(role, config.rows, cases)))(
    '$case.name',
    ({ differences }) => {
      expect(differences).toEqual([]);
    },
  );
});

describe.each(EXAMPLES)('examples/%s', name => {
  test('its README says how to try it', () => {
    const commands = blocks(read(`examples/${name}/README.md`)).map(({ text }) => text);
    expect(commands.join('')).toContain(`npx --no kite-sts start --config examples/${name}/config\n`);
    expect(commands.join('')).toContain(`bash examples/${name}/request.sh `);
  });

  test('its request.sh asks the local broker unless it is told another', () => {
    expect(read(`examples/${name}/request.sh`)).toContain('\nbroker=${BROKER:-http://127.0.0.1:8787}\n');
  });

  test('its request.sh gets the answers that expect.json states', async () => {
    const expected: Answer[] = JSON.parse(read(`examples/${name}/expect.json`));
    const { url, terminal } = await localBroker(configAt(`examples/${name}/config`));
    const { exits, output } = await bash(`examples/${name}/request.sh`, url);
    const events = jsonLines(terminal.written.join(''));
    expect(jsonLines(output).map((body, index) => answered(body, events[index]))).toEqual(expected);
    // 22 is curl's own code for an answer of 400 and above.
    expect(exits).toBe('code' in (expected.at(-1) ?? {}) ? 22 : 0);
  });
});
