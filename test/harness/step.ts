import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { atEnd } from './endings.ts';
import { emptyFolder, type Local } from './local.ts';
import { ROOT } from './markdown.ts';
import { AUDIENCE } from './policy.ts';

/** Takes what the real agent takes, and asks the agent API as it does. */
const STUBS = join(ROOT, 'plugins/kite-sts-buildkite-plugin/tests/bin');

/** The stub asks by it; the plugin's tests have one of their own beside the stub. */
const REAL_CURL = execFileSync('sh', ['-c', 'command -v curl'], { encoding: 'utf8' }).trim();

/** What the stub wrote down: a line for each call or each text, as JSON. */
function textsIn(path: string): string[] {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
  return lines.flatMap(line => {
    const told: unknown = JSON.parse(line);
    return typeof told === 'string' ? [told] : (Object.values(told as object) as string[]);
  });
}

export type Step = {
  readonly environment: { readonly [name: string]: string };
  /** Every token that the agent printed. */
  readonly minted: () => string[];
  /** Every text that the agent was told to hide from the log. */
  readonly hidden: () => string[];
};

/** The socket of an agent's Job API, which the agent asks. It takes all. */
function jobApi(): string {
  const path = join(emptyFolder(), 'job.sock');
  const server = createServer((message, response) => {
    message.resume();
    response.writeHead(201).end('{}');
  }).listen(path);
  server.unref();
  atEnd(() => {
    server.close();
    server.closeAllConnections();
  });
  return path;
}

/** A step of a Buildkite job, with an agent on PATH whose tokens are from the local broker's issuer. */
export function buildkiteStep({ url }: Pick<Local, 'url'>): Step {
  const SEEN = emptyFolder();
  const hidden = join(SEEN, 'redacted');
  return {
    environment: {
      PATH: `${STUBS}${delimiter}${process.env['PATH']}`,
      SEEN,
      REAL_CURL,
      TMPDIR: emptyFolder(),
      BUILDKITE_AGENT_JOB_API_SOCKET: jobApi(),
      BUILDKITE_AGENT_JOB_API_TOKEN: 'job-api-token',
      BUILDKITE: 'true',
      BUILDKITE_JOB_ID: 'job-1',
      BUILDKITE_AGENT_ENDPOINT: `${url}/local/agent/v3`,
      BUILDKITE_AGENT_ACCESS_TOKEN: 'agent-access-token',
      BUILDKITE_AGENT_OIDC_REQUEST_TOKEN_SKIP_TOKEN_REDACTION: 'true',
      KITE_STS_URL: url,
    },
    minted: () => readFileSync(join(SEEN, 'minted'), 'utf8').trim().split('\n'),
    hidden: () => textsIn(hidden),
  };
}

/** What a step has to say so that its tokens are for the test broker, which is reached by another URL than its own. */
export const FOR_BROKER = ['--audience', AUDIENCE];
