import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { runVerb } from '../../../lib/cli/run.ts';
import { writeDriftFiles } from '../../../lib/cli/starter/drift.ts';
import { readFlags } from '../../../lib/cli/verb.ts';
import { drift } from '../../../lib/cli/verbs/drift.ts';
import { createInit } from '../../../lib/cli/verbs/init.ts';
import { emptyFolder, testTerminal } from '../../harness/local.ts';

const ISSUERS = ['buildkite', 'github-actions'] as const;

test.each(ISSUERS)(
  'the nightly job of %s calls drift as it takes it, and installs nothing that runs',
  issuer => {
    const [file, script] = writeDriftFiles(issuer, 'policies/ci', 'eu-central-1');
    const { jobs, steps } = parse(file?.text ?? '');
    const commands: string[] = jobs
      ? jobs.drift.steps.flatMap((step: { run?: string }) => step.run ?? [])
      : steps[0].commands;
    expect(commands[0]).toBe('npm ci --ignore-scripts');
    const call = commands.find(each => each.includes('kite-sts drift')) ?? '';
    const words = call.split(' > ')[0]?.split(' ').slice(4) ?? [];
    expect(
      Object.keys(readFlags(drift, words))
        .sort()
        .filter(each => each !== 'sarif'),
    ).toEqual(['account', 'broker-role-arn']);
    const made = [...(script?.text ?? '').matchAll(/> (\S+\.json)$/gm)].map(([, name]) => name);
    for (const word of words.filter(each => each.endsWith('.json'))) expect(made).toContain(word);
    expect(file?.text).not.toContain('{config}');
  },
);

test.each(ISSUERS)('init --drift writes it for %s, and init alone does not', async issuer => {
  const init = createInit(async () => Buffer.from('packed'));
  const [file] = writeDriftFiles(issuer, 'config', 'us-east-1');
  for (const more of [[], ['--drift']]) {
    const folder = emptyFolder();
    const words = ['--organization', 'acme', '--issuer', issuer, '--folder', folder, ...more];
    expect(await runVerb('init', init, words, testTerminal())).toBe(0);
    expect(existsSync(join(folder, file?.path ?? ''))).toBe(more.length > 0);
  }
});
