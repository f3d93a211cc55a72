import { describe, expect, test } from 'vitest';
import { writeUsage } from '../../lib/cli/help.ts';
import { SUMMARIES } from '../../lib/cli/overview.ts';
import { VERBS } from '../../lib/cli/run.ts';
import type { Verb } from '../../lib/cli/verb.ts';
import { runLine, wordsOf } from '../harness/command-line.ts';
import { configFiles, configFolder, folderOf, ROLES } from '../harness/local.ts';

const CONFIG = configFolder();

/** Runs one command line to its end: exit code, standard output, standard error. */
function ran(words: readonly string[], environment: { readonly [name: string]: string } = {}) {
  return runLine(words, { KITE_STS_CONFIG: CONFIG, ...environment });
}

describe('the overview', () => {
  test('has each verb, and no other', () => {
    expect(Object.keys(SUMMARIES)).toEqual(Object.keys(VERBS));
  });

  test.each([
    ['help', 'help', 0],
    ['--help', '--help', 0],
    ['-h', '-h', 0],
    ['no verb at all', '', 64],
  ])('is printed for %s', async (_name, words, exits) => {
    const answer = await ran(wordsOf(words));
    expect(answer).toMatchObject({ exits, error: '' });
    for (const verb of Object.keys(VERBS)) expect(answer.out).toMatch(new RegExp(`^  ${verb} +\\S`, 'm'));
  });
});

test('I16: help and a verb are the help of the verb', async () => {
  expect(await ran(['help', 'lint'])).toEqual(await ran(['lint', '--help']));
  expect(await ran(['help', 'lnt'])).toMatchObject({
    exits: 64,
    out: '',
    error: expect.stringContaining('"lint"'),
  });
});

test('I16: an unknown verb is two lines', async () => {
  expect((await ran(['frobnicate'])).error.trimEnd().split('\n')).toHaveLength(2);
});

test.each(['--version', '-v'])('%s is the version of the package', async word => {
  expect(await ran([word])).toMatchObject({ exits: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\S*\n$/) });
});

describe('wrong usage exits with 64, prints nothing to standard output, and names', () => {
  test.each([
    ['the nearest verb', 'lnt', '"lint"'],
    ['the nearest verb, whatever its case', 'Explain', '"explain"'],
    ['the nearest verb, two letters of which changed places', 'lnit', '"lint"'],
    ['the words that are missing', 'revoke', 'role ROLE | session SESSION'],
    ['the names that there are', 'schema', 'role|registry|broker'],
    ['the nearest flag', 'lint --jsn', ' --json?'],
    ['the nearest flag, also when it has a value', 'explain --rol=x', ' --role?'],
    ['a verb that every object inherits', 'constructor', '"constructor"'],
    ['a flag that every object inherits', 'lint --constructor', '--constructor'],
    ['a flag turned off that cannot be', 'lint --no-json', '--no-json'],
    ['a word that stands alone', 'lint config', '"config"'],
    ['a flag without its value', 'lint --config', '--config'],
    ['a folder for a verb of a step, which has no configuration', 'whoami --config c', '--config'],
    ['a command that does not stand after --', 'exec make', '--'],
    ['a flag with a value that it does not take', 'lint --json=yes', '--json'],
    ['a short flag that is not known', 'lint -j', '-j'],
  ])('%s', async (_name, words, named) => {
    const answer = await ran(wordsOf(words));
    expect(answer).toMatchObject({ exits: 64, out: '' });
    expect(answer.error.split('\n')[0]).toContain(named);
  });

  test('no nearest verb where none is near', async () => {
    expect((await ran(['frobnicate'])).error).not.toContain('Did you mean');
  });
});

describe('what could not run exits with 1 and says why on standard error:', () => {
  test.each([
    ['a folder that is not there', ['token'], { KITE_STS_CONFIG: '/nowhere', PORT: '1' }, 'file-missing'],
    ['a setting that is mistyped', ['lint'], { KITE_STS_CONFG: 'x' }, '"KITE_STS_CONFIG"'],
    ['a port that is none', ['lint'], { PORT: '70000' }, 'setting-value'],
    [
      'an endpoint that is no URL',
      ['start'],
      { KITE_STS_AWS_ENDPOINT: 'http://127.999.1.1' },
      'setting-value',
    ],
  ])('%s', async (_name, words, environment, said) => {
    const answer = await ran(words, environment);
    expect(answer).toMatchObject({ exits: 1, out: '' });
    expect(answer.error).toContain(said);
    expect(answer.error).not.toMatch(/\n\s+at /);
  });
});

test('one complaint alone follows the name of the verb, and several stand below it', async () => {
  const role = ROLES.publish.replace('trust:', 'trsut:');
  const broken = (files: object) => ran(['token', '--config', folderOf({ ...configFiles(), ...files })]);
  const one = await broken({ 'roles/publish.yml': ROLES.publish.replace('build_branch', 'build_brnch') });
  expect(one.error).toMatch(/^kite-sts token: .*publish\.yml:[\s\S]*\n1 error\n$/);
  expect((await broken({ 'roles/a.yml': role, 'roles/b.yml': role })).error).toMatch(
    /^kite-sts token:\n.*a\.yml:/,
  );
});

describe.each(Object.keys(VERBS))('the help of %s', name => {
  test('has every option of the verb, and no other', async () => {
    const verb = await VERBS[name]?.();
    const { exits, out } = await ran([name, '--help']);
    const documented = [...out.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, option]) => option);
    expect(documented.sort()).toEqual(Object.keys(verb?.options ?? {}).sort());
    expect(exits).toBe(0);
  });

  test('has two examples that begin with what is typed', async () => {
    const { out } = await ran([name, '-h']);
    const examples = out.split('\nExamples:\n')[1]?.trimEnd().split('\n') ?? [];
    expect(examples).toHaveLength(2);
    for (const example of examples)
      expect(example).toMatch(new RegExp(`^ {2}(PORT=\\d+ )?kite-sts ${name}\\b|\\| kite-sts ${name} `));
  });

  test('I16: wrong usage of the verb shows how it is called, and no more', async () => {
    const verb = await VERBS[name]?.();
    const { error } = await ran([name, '--no-such-flag']);
    const [said, ...rest] = error.trimEnd().split('\n');
    expect(said).toContain('--no-such-flag');
    expect(rest.join('\n')).toBe(`${writeUsage(name, verb as Verb)}\nkite-sts help ${name} tells more.`);
    expect(rest.length).toBeLessThan(6);
  });
});
