import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { beforeAll, describe, expect, test } from 'vitest';
import { readConsoleData } from '../../../lib/config/console.ts';
import { type Config, loadConfig } from '../../../lib/config/load.ts';
import { renderPage } from '../../../lib/local/page.ts';
import { runCases, type Trial } from '../../../lib/review/cases/trial.ts';
import type { answerQuestion } from '../../../lib/review/console/answer.ts';
import { compileRoleText, openData } from '../../../lib/review/console/held.ts';
import { casesBeside } from '../../harness/cases.ts';
import { ROOT } from '../../harness/markdown.ts';

type Engine = {
  readonly answerQuestion: typeof answerQuestion;
  readonly compileRoleText: typeof compileRoleText;
  readonly openData: typeof openData;
};

const FOLDERS = [
  'config',
  ...readdirSync(join(ROOT, 'examples'), { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => `examples/${name}/config`),
];

function dataOf(folder: string) {
  const { data, complaints } = readConsoleData(join(ROOT, folder));
  if (!data) throw new Error(JSON.stringify(complaints));
  return data;
}

function configAt(folder: string): Config {
  const { config, complaints } = loadConfig(join(ROOT, folder));
  if (!config) throw new Error(JSON.stringify(complaints));
  return config;
}

/** The cases of a role, as decide itself decides them. */
function trials(config: Config, at: number): readonly Trial[] {
  const role = config.roles[at];
  return role ? runCases(role, config.rows, casesBeside(role, config)) : [];
}

/** What a browser has and a bare context of Node has not. Neither fetch nor process is among it. */
const BROWSER = { atob, TextDecoder, TextEncoder };

let engine: Engine;
beforeAll(async () => {
  const page = await renderPage(dataOf('config'));
  const [, code = ''] = /<script>([\s\S]*)<\/script>/.exec(page) ?? [];
  const context = createContext(BROWSER);
  runInContext(code, context);
  engine = runInContext('kiteSts', context) as Engine;
});

/** Values of another realm as those of this one. */
function here(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}

describe('the very script of the page decides as a broker does: every case of', () => {
  test.each(FOLDERS)('%s', folder => {
    const config = configAt(folder);
    const held = engine.openData(dataOf(folder));
    expect(here(held.roles)).toEqual(here(config.roles));
    for (const [at, role] of held.roles.entries())
      for (const { case: each, decision } of trials(config, at)) {
        const { scopes, seconds } = each.access;
        const question = { claims: each.claims, scopes, seconds, context: each.context };
        const said = engine.answerQuestion(question, role, held);
        expect(here(said.stopped ? undefined : said.decision), each.name).toEqual(here(decision));
      }
  });
});

test.each([
  ['an anchor', 'trust:\n  - iss: &a x\n'],
  [
    'a claim that is never sent',
    'trust:\n  - iss: https://agent.buildkite.com\n    claims: { brnch: main }\n',
  ],
  ['text that is no YAML', 'trust: [\n'],
])('and complains of %s as it does, at the same place', (_name, text) => {
  const [held, own] = [engine.openData(dataOf('config')), openData(dataOf('config'))];
  const { role, complaints } = engine.compileRoleText('broken', text, held.setting);
  expect(role).toBeUndefined();
  expect(here(complaints)).toEqual(here(compileRoleText('broken', text, own.setting).complaints));
});
