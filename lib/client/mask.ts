import { setTimeout as sleep } from 'node:timers/promises';
import type { IssuedCredential } from './answer.ts';
import { hideByJobApi } from './job-api.ts';
import { type MintSettings, NoSubjectToken, ProgramMissing } from './subject/mint.ts';

/** The surroundings by which the log of a job is told to hide a value. */
export type MaskOptions = {
  readonly environment: MintSettings['environment'];
  readonly run: MintSettings['run'];
  /** Writes to standard error. */
  readonly say: (text: string) => void;
};

/** Each keeps a log of all that a job prints, and none can be told by the job what to hide. */
const WITHOUT_MASKS = ['GITLAB_CI', 'CIRCLECI', 'BITBUCKET_BUILD_NUMBER', 'TF_BUILD'];

/** Milliseconds: the runner of GitHub reads both streams at once, and must have read the masks first. */
const HEAD_START = 100;

/** https://buildkite.com/docs/agent/v3/cli-redactor: since agent 3.66. */
async function hideByAgent(values: readonly string[], options: MaskOptions): Promise<boolean> {
  const input = JSON.stringify(Object.fromEntries(values.map((value, at) => [`value-${at}`, value])));
  try {
    await options.run('buildkite-agent', ['redactor', 'add', '--format', 'json'], { input });
    return true;
  } catch (error) {
    if (error instanceof ProgramMissing) return hideByJobApi(values, options.environment);
    if (error instanceof NoSubjectToken) return false;
    throw error;
  }
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#masking-a-value-in-a-log */
async function hideByCommand(values: readonly string[], say: MaskOptions['say']): Promise<true> {
  say(values.map(value => `::add-mask::${value.replaceAll('%', '%25')}\n`).join(''));
  await sleep(HEAD_START);
  return true;
}

/**
 * Has the log of this job hide these values, before anything else is done with them. True also where there
 * is no log to hide them from; false where the CI cannot, or did not take them.
 */
export async function maskValues(values: readonly string[], options: MaskOptions): Promise<boolean> {
  const { environment } = options;
  if (environment['BUILDKITE_JOB_ID']) return hideByAgent(values, options);
  if (environment['GITHUB_ACTIONS']) return hideByCommand(values, options.say);
  return !WITHOUT_MASKS.some(name => environment[name]);
}

/** All that is secret of a credential. The key's id is part of it, as in the plugin. */
export function listSecrets(issued: IssuedCredential): string[] {
  if (issued.kind !== 'aws') return [issued.accessToken];
  const { AccessKeyId, SecretAccessKey, SessionToken } = issued.aws;
  return [AccessKeyId, SecretAccessKey, SessionToken];
}
