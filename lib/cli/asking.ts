import { type ClientOptions, type ExchangeOptions, type ExchangeResult, exchange } from '../client/client.ts';
import { createFetch, type Fetch } from '../client/proxy.ts';
import { findMint } from '../client/subject/find.ts';
import { type MintToken, NoSubjectToken, readSubjectToken } from '../client/subject/mint.ts';
import { createProgramRunner } from '../client/subject/program.ts';
import { checkBrokerUrl } from '../client/url.ts';
import { readInput } from './input.ts';
import {
  Failure,
  type Flags,
  readFlag,
  readFlagTexts,
  readSecondsFlag,
  type Terminal,
  UsageError,
  type VerbOptions,
} from './verb.ts';

/** Where the broker is and where the subject token is from: options of every verb of a step. */
export const TOKEN_OPTIONS = {
  broker: {
    type: 'string',
    value: 'URL',
    help: 'The broker: https, or http on this machine. The default is `KITE_STS_URL`.',
  },
  audience: {
    type: 'string',
    value: 'A',
    help: "What the subject token is minted for. The default is the broker's URL.",
  },
  'token-file': {
    type: 'string',
    value: 'FILE',
    help: 'A file with the subject token, read anew each time. `-` is standard input.',
  },
  'token-command': {
    type: 'string',
    value: 'LINE',
    help: 'A shell line that prints the subject token, run anew each time.',
  },
  'token-env': {
    type: 'string',
    value: 'NAME',
    help: 'A variable with the subject token. The default is `KITE_STS_ID_TOKEN`.',
  },
  claim: {
    type: 'string',
    value: 'NAME',
    multiple: true,
    help: 'An optional claim to ask Buildkite for, beside `organization_id` and `pipeline_id`. May be repeated.',
  },
  lifetime: {
    type: 'string',
    value: 'N',
    help: "How long the subject token is to live, in seconds. Buildkite's alone.",
  },
  'subject-claim': { type: 'string', value: 'NAME', help: "What its `sub` is to be. Buildkite's alone." },
  json: { type: 'boolean', help: 'The result, or the reason why there is none, as JSON.' },
} as const satisfies VerbOptions;

/** Options that say what is asked for with the subject token. */
export const ROLE_OPTIONS = {
  role: { type: 'string', value: 'ROLE', required: true, help: 'The role that is asked for.' },
  scope: { type: 'string', value: '"A B"', help: 'The scopes that are asked for.' },
  'expires-in': { type: 'string', value: 'N', help: 'The seconds that the credential is to last.' },
  timeout: {
    type: 'string',
    value: 'N',
    help: 'The seconds in which the broker is to answer, all attempts together. The default is 20.',
  },
} as const satisfies VerbOptions;

/** Help that goes with `TOKEN_OPTIONS`. */
export const TOKEN_ABOUT = `Without one of --token-… the CI is asked: Buildkite, GitHub Actions or CircleCI. GitLab fills the variable
of --token-env by id_tokens.`;

/** Chosen when a token is minted: of no use with one that is there. */
const CHOICES = ['audience', 'token-env', 'claim', 'lifetime', 'subject-claim'];

function findGivenMint(flags: Flags, terminal: Terminal): MintToken | undefined {
  const file = readFlag(flags, 'token-file');
  const line = readFlag(flags, 'token-command');
  if (file === undefined && line === undefined) return undefined;
  if (file !== undefined && line !== undefined)
    throw new UsageError('Give --token-file or --token-command, not both.');
  const idle = CHOICES.find(name => flags[name] !== undefined);
  if (idle) throw new UsageError(`--${idle} has no effect on a token that is given. Leave one of them out.`);
  if (file !== undefined) return async () => readSubjectToken((await readInput(file)).toString('utf8'), file);
  const run = createProgramRunner(terminal.environment);
  return async () => {
    const printed = await run('sh', ['-c', line ?? '']).catch((error: Error) => {
      // Of the shell whoever gave the option knows nothing.
      throw new NoSubjectToken(error.message.replace(/^sh /, '--token-command '));
    });
    return readSubjectToken(printed, '--token-command');
  };
}

function readBrokerUrl(flags: Flags, terminal: Terminal): string {
  const written = readFlag(flags, 'broker') ?? terminal.environment['KITE_STS_URL'];
  if (!written) throw new UsageError('--broker is required, or KITE_STS_URL: the https URL of the broker.');
  try {
    return checkBrokerUrl(written);
  } catch (error) {
    throw new UsageError(`--broker or KITE_STS_URL: ${(error as Error).message}`);
  }
}

/** A missing token, as words for whoever runs a verb. */
function explainMissingToken(error: unknown): unknown {
  return error instanceof NoSubjectToken ? new Failure(`${error.message}\n`) : error;
}

function findMintPlainly(...words: Parameters<typeof findMint>): MintToken {
  try {
    return findMint(...words);
  } catch (error) {
    throw explainMissingToken(error);
  }
}

/** The broker, and what gives its subject tokens. Throws `UsageError` and `Failure`, as does the minting. */
export function findSubject(
  flags: Flags,
  terminal: Terminal,
  fetch: Fetch = createFetch(terminal.environment),
): { readonly broker: string; readonly mint: MintToken } {
  const { environment } = terminal;
  const broker = readBrokerUrl(flags, terminal);
  const options = {
    audience: readFlag(flags, 'audience') ?? broker,
    claims: readFlagTexts(flags, 'claim').flatMap(each => each.split(',')),
    lifetime: readSecondsFlag(flags, 'lifetime'),
    subjectClaim: readFlag(flags, 'subject-claim'),
  };
  const variable = readFlag(flags, 'token-env') ?? 'KITE_STS_ID_TOKEN';
  const step = { environment, fetch, run: createProgramRunner(environment) };
  const mint = findGivenMint(flags, terminal) ?? findMintPlainly(options, step, variable);
  return { broker, mint: () => mint().catch(error => Promise.reject(explainMissingToken(error))) };
}

/** One role, and how to ask for it: each call is an exchange with a new subject token. */
export type RoleExchange = {
  readonly broker: string;
  readonly role: string;
  readonly mint: MintToken;
  readonly ask: () => Promise<ExchangeResult>;
};

/** Reads what is asked for. Throws `UsageError` and `Failure`. */
export function readRoleExchange(flags: Flags, terminal: Terminal, client: ClientOptions = {}): RoleExchange {
  const role = readFlag(flags, 'role');
  if (role === undefined) throw new UsageError('--role is required.');
  const asked = { role, scope: readFlag(flags, 'scope'), expiresIn: readSecondsFlag(flags, 'expires-in') };
  const timeout = readSecondsFlag(flags, 'timeout');
  if (timeout === 0) throw new UsageError('--timeout takes at least 1 second.');
  const fetch = client.fetch ?? createFetch(terminal.environment);
  const { broker, mint } = findSubject(flags, terminal, fetch);
  const options: ExchangeOptions = { ...asked, broker, subjectToken: mint, timeout };
  return { broker, role, mint, ask: () => exchange(options, { ...client, fetch }) };
}
