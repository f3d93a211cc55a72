import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { run, runVerb } from '../../../lib/cli/run.ts';
import { writeReviewFile } from '../../../lib/cli/starter/review.ts';
import { createInit } from '../../../lib/cli/verbs/init.ts';
import { emptyFolder, testTerminal } from '../../harness/local.ts';
import { blocks, read } from '../../harness/markdown.ts';

const INIT = createInit(async () => Buffer.from('packed'));
const ISSUERS = ['buildkite', 'github-actions'] as const;
type Workflow = {
  readonly permissions: unknown;
  readonly jobs: {
    readonly policy: { readonly env: unknown; readonly steps: readonly { readonly run?: string }[] };
  };
};
type Pipeline = {
  readonly env: unknown;
  readonly steps: readonly { readonly commands: readonly string[] }[];
};

/** The commands of the file, and the environment that they have. */
function jobOf(text: string): { env: unknown; commands: string[] } {
  const file = parse(text) as Workflow | Pipeline;
  return 'jobs' in file
    ? { env: file.jobs.policy.env, commands: file.jobs.policy.steps.flatMap(step => step.run ?? []) }
    : { env: file.env, commands: file.steps.flatMap(step => step.commands) };
}

describe.each(ISSUERS)('what init writes for %s', issuer => {
  test.each(['config', 'policies/ci'])('passes on what else it writes, with the folder %s', async config => {
    const folder = emptyFolder();
    const words = ['--organization', 'acme', '--issuer', issuer, '--folder', folder, '--config', config];
    expect(await runVerb('init', INIT, words, testTerminal())).toBe(0);
    const { env, commands } = jobOf(readFileSync(join(folder, writeReviewFile(issuer, config).path), 'utf8'));
    expect(env).toEqual({ KITE_STS_CONFIG: config });
    const checks = commands.flatMap(
      each => /^npx --no kite-sts (lint|test|prove)\b(.*)$/.exec(each)?.slice(1, 3).join('') ?? [],
    );
    expect(checks.map(check => check.split(' ')[0])).toEqual(['lint', 'test', 'prove']);
    for (const check of checks) {
      const terminal = testTerminal({ KITE_STS_CONFIG: join(folder, config) });
      const asked = check.split(' ').filter(each => each !== '--junit' && each !== 'policy.xml');
      expect([await run(asked, terminal), terminal.errors]).toEqual([0, []]);
    }
  });

  test('installs nothing that runs, and has the words that the guide shows', () => {
    const { text } = writeReviewFile(issuer, 'config');
    expect(jobOf(text).commands).toContain('npm ci --ignore-scripts');
    const shown = blocks(read('docs/guides/policy-review.md')).map(block => block.text);
    expect(shown).toContain(text);
  });
});

test('the workflow may read the repository, and nothing else', () => {
  const { permissions } = parse(writeReviewFile('github-actions', 'config').text) as Workflow;
  expect(permissions).toEqual({ contents: 'read' });
});
