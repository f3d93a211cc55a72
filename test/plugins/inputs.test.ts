import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ACTION, COMPOSITE } from '../harness/action.ts';
import { blocks, code, DOCUMENTS, read, rowsOf } from '../harness/markdown.ts';
import { PLUGIN } from '../harness/pipeline.ts';

const README = `${ACTION}/README.md`;

type Texts = { readonly [name: string]: string };

describe('what is written about it', () => {
  const options = Object.fromEntries(rowsOf(`${PLUGIN}/README.md`, 'option').map(row => [row[0], row]));
  const documented = rowsOf(README, 'input');

  test('is of each input and output', () => {
    expect(documented.map(([input]) => code(input))).toEqual(Object.keys(COMPOSITE.inputs));
    expect(rowsOf(README, 'output').map(([output]) => code(output))).toEqual(Object.keys(COMPOSITE.outputs));
  });

  test('has the defaults of the action', () => {
    const { inputs } = COMPOSITE;
    for (const [input, usual = ''] of documented) {
      const { required = false, default: value = '' } = inputs[code(input)] ?? {};
      expect([usual === 'required', code(usual)]).toEqual([required, value]);
    }
  });

  test('has inputs that are named and default as options of the plugin are', () => {
    const shared = documented.filter(([input]) => code(input) !== 'export');
    expect(shared.map(([input = '', usual]) => [input, usual])).toEqual(
      shared.map(([input = '']) => [input, options[input]?.[1]]),
    );
  });

  test('every input reaches the script', () => {
    const reach = Object.keys(COMPOSITE.inputs).map(input => [
      `INPUT_${input.toUpperCase().replaceAll('-', '_')}`,
      `\${{ inputs.${input} }}`,
    ]);
    expect(COMPOSITE.runs.steps[0].env).toEqual(Object.fromEntries(reach));
  });
});

describe('the workflows that are documented', () => {
  type Use = { readonly uses?: string; readonly with?: { readonly [input: string]: unknown } };
  type Workflow = {
    readonly permissions?: Texts;
    readonly jobs: {
      readonly [job: string]: { readonly permissions?: Texts; readonly steps: readonly Use[] };
    };
  };
  const workflows = [README, ...DOCUMENTS].flatMap(page =>
    blocks(read(page))
      .filter(({ words }) => words.includes('workflow'))
      .map(({ text, line }) => ({ at: `${page}:${line}`, workflow: parse(text) as Workflow })),
  );
  const ours = ({ uses = '' }: Use): boolean => uses.includes(ACTION);
  const { version } = JSON.parse(read('package.json')) as { version: string };

  test.each(workflows)('at $at use it as it is, in a job that may have a token', ({ workflow }) => {
    const jobs = Object.values(workflow.jobs).filter(({ steps }) => steps.some(ours));
    expect(jobs.length).toBeGreaterThan(0);
    for (const { permissions = workflow.permissions, steps } of jobs) {
      expect(permissions).toMatchObject({ 'id-token': 'write' });
      for (const { uses, with: inputs = {} } of steps.filter(ours)) {
        expect(uses).toBe(`acme/kite-sts/${ACTION}@v${version}`);
        expect(Object.keys(COMPOSITE.inputs)).toEqual(expect.arrayContaining(Object.keys(inputs)));
        expect(Object.keys(inputs)).toEqual(expect.arrayContaining(['broker', 'role']));
      }
    }
  });
});
