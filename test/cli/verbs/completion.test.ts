import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { VERBS } from '../../../lib/cli/run.ts';
import { runLine } from '../../harness/command-line.ts';
import { fileOf } from '../../harness/local.ts';

function printed(shell: string) {
  return runLine(['completion', shell]);
}

function has(shell: string): boolean {
  return spawnSync(shell, ['-c', 'true']).status === 0;
}

/** What bash offers after these words, the last of which is being typed. */
async function offered(...words: string[]): Promise<string[]> {
  const { out } = await printed('bash');
  const typed = ['kite-sts', ...words].map(word => `'${word}'`).join(' ');
  const script = `${out}\nCOMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _kite_sts; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-uc', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter(Boolean);
}

describe('I16: bash offers', () => {
  test('every verb, and those that begin as what is typed', async () => {
    expect((await offered('')).sort()).toEqual([...Object.keys(VERBS), 'help'].sort());
    expect((await offered('wh')).sort()).toEqual(['what-can', 'who-can', 'whoami']);
  });

  test('the verbs after help', async () => {
    expect(await offered('help', 'lin')).toEqual(['lint']);
  });

  test.each(Object.keys(VERBS))('every option of %s, and no other', async name => {
    const verb = await VERBS[name]?.();
    const known = [...Object.keys(verb?.options ?? {}), 'help'].map(option => `--${option}`);
    expect((await offered(name, '--')).sort()).toEqual(known.sort());
  });

  test('files where no option is typed: it leaves that to the shell', async () => {
    expect(await offered('explain', '--claims', 'cla')).toEqual([]);
    expect((await printed('bash')).out).toContain('complete -o default -F _kite_sts kite-sts');
  });

  test('nothing for a verb that is none', async () => {
    expect(await offered('constructor', '--')).toEqual([]);
  });
});

describe.each([
  ['zsh', 'compadd -- '],
  ['fish', ' -l json'],
])('%s', (shell, some) => {
  test('is told every verb', async () => {
    const { exits, out } = await printed(shell);
    expect([exits, out.includes(some)]).toEqual([0, true]);
    for (const name of Object.keys(VERBS)) expect(out).toMatch(new RegExp(`(-a |')${name}[: ]`));
  });

  test.skipIf(!has(shell))(`can read it (where ${shell} is installed)`, async () => {
    const { out } = await printed(shell);
    const file = fileOf(out);
    const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
});

test('fish is told which options take a value, after which it offers no option', async () => {
  const { out } = await printed('fish');
  for (const line of ['config -r', 'strict', 'json'])
    expect(out).toContain(`'__fish_seen_subcommand_from lint' -l ${line}\n`);
});

test.skipIf(!has('fish'))('fish offers the options of a verb (where it is installed)', async () => {
  const file = fileOf((await printed('fish')).out);
  const asked = `source ${file}; complete -C 'kite-sts lint --str'`;
  expect(spawnSync('fish', ['-c', asked], { encoding: 'utf8' }).stdout).toBe('--strict\n');
});

test.each(['tcsh', 'constructor', ''])('"%s" is no shell that it knows', async shell => {
  expect(await printed(shell)).toMatchObject({ exits: 64, out: '' });
});
