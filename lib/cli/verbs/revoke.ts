import { createFetch, type Fetch } from '../../client/proxy.ts';
import type { Config } from '../../config/load.ts';
import { suggestWord } from '../../language/nearest.ts';
import type { Role } from '../../policy/role.ts';
import type { KindName } from '../../policy/targets.ts';
import { openConfig, readCommandSettings } from '../configuration.ts';
import { readInput } from '../input.ts';
import { describeEnding, type SessionsEnding, writeCommands } from '../revoke/aws.ts';
import {
  CONFIG_OPTION,
  EXIT,
  Failure,
  type Flags,
  printResult,
  readChoice,
  readFlag,
  type Terminal,
  UsageError,
  type Verb,
} from '../verb.ts';

/** As in the audit event, and what a policy of AWS takes in a name. */
const SESSION = /^[\w+=,.@-]{2,64}$/;

/** The ways to end a credential of each kind that no policy of AWS can end. */
const ELSEWHERE: { readonly [kind in Exclude<KindName, 'aws'>]: string } = {
  gcp: 'In Google Cloud no access token is ended by itself: disable the service account, or take its rights away.',
  azure: 'In Entra no access token is ended by itself: disable the service principal of the application.',
  github:
    'In GitHub a token ends itself: kite-sts revoke token FILE. To end all: suspend the installation of the App.',
  oauth: 'At the service: take away its trust in the subject role:<name>, or what that may do there.',
  buildkite: 'In Buildkite: remove the workload identity, the app, or the user whom its tokens act as.',
  jwt: 'Nobody is asked about a JWT of ours, so nothing ends one.',
};

function findAwsTargetRole(config: Config, name: string): Role {
  const role = config.roles.find(each => each.name === name);
  if (role) return role;
  const names = config.roles.map(each => each.name);
  throw new UsageError(`There is no role ${name}.${suggestWord(name, names)}`);
}

/** Sessions of a role that are to end: all, or the one of this name. */
type DoomedSessions = { readonly role: string; readonly session: string | undefined };

function readDoomedSessions(what: string, name: string, flags: Flags): DoomedSessions {
  const role = readFlag(flags, 'role');
  if (what === 'role' && role === undefined) return { role: name, session: undefined };
  if (what === 'role') throw new UsageError('--role has no effect here. Leave it out.');
  if (role === undefined) throw new UsageError('--role is required here: the role of the audit event.');
  if (!SESSION.test(name))
    throw new UsageError('A session is named as in the audit event: web.1.46whkzzjo7ztw53u.');
  return { role, session: name };
}

function endSessions(doomed: DoomedSessions, config: Config): SessionsEnding {
  const { role: name, session } = doomed;
  const { template, session: length } = findAwsTargetRole(config, name);
  if (template.kind !== 'aws')
    throw new Failure(
      `${ELSEWHERE[template.kind]} Any that ${name} gave ends within ${length.max} seconds; kite-sts disable role ${name} stops the next.\n`,
    );
  return describeEnding({ template, session, before: new Date().toISOString(), longest: length.max });
}

/** How GitHub is asked. */
type RevokeCall = {
  readonly fetch: Fetch;
  /** Milliseconds. */
  readonly patience: number;
};
const PATIENCE = 10_000;

const NO_CONTENT = 204;

/** A token of an installation: https://github.blog/changelog/2021-03-31-authentication-token-format-updates-are-generally-available/ */
const TOKEN = /^ghs_[\w.-]{1,2048}$/;

/** https://docs.github.com/en/rest/apps/installations#revoke-an-installation-access-token */
async function endToken(path: string, call: RevokeCall): Promise<void> {
  const { fetch, patience } = call;
  const token = (await readInput(path)).toString('utf8').trim();
  if (!TOKEN.test(token))
    throw new Failure(
      `${path} has no token of a GitHub App's installation, which begins with ghs_ and stands alone. Nothing was sent.\n`,
    );
  const headers = { authorization: `Bearer ${token}`, 'user-agent': 'kite-sts' };
  // Whoever could redirect it must not be handed the token.
  const signal = AbortSignal.timeout(patience);
  const init = { method: 'DELETE', redirect: 'error', headers, signal } as const;
  const answer = await fetch('https://api.github.com/installation/token', init).catch(() => undefined);
  if (!answer) throw new Failure('api.github.com could not be reached.\n');
  if (answer.status !== NO_CONTENT)
    throw new Failure(
      `GitHub said ${answer.status}: the token has ended already, or is none of an installation.\n`,
    );
}

/** Ends a token, or says what ends sessions; undefined where all has ended. */
async function endIssued(
  flags: Flags,
  terminal: Terminal,
  asking: RevokeCall,
): Promise<SessionsEnding | undefined> {
  const [what = '', name = ''] = [readFlag(flags, 'WHAT'), readFlag(flags, 'NAME')];
  const known = ['role', 'session', 'token'];
  readChoice(what, known, `"${what}" cannot be revoked: ${known.join(', ')} can.`);
  if (what === 'token') {
    await endToken(name, asking);
    return undefined;
  }
  return endSessions(readDoomedSessions(what, name, flags), openConfig(readCommandSettings(flags, terminal)));
}

const REVOKE: Omit<Verb, 'run'> = {
  usage: ['role ROLE | session SESSION --role ROLE | token FILE'],
  words: [
    {
      name: 'WHAT',
      help: "role: every AWS session of a role so far. session: one AWS session. token: a token of a GitHub App's installation.",
    },
    {
      name: 'NAME',
      help: 'The role; the session, by session of its audit event; a file with the token, - for standard input.',
    },
  ],
  options: {
    role: { type: 'string', value: 'ROLE', help: 'The role of that session.' },
    config: CONFIG_OPTION,
    json: { type: 'boolean', help: 'The policy that ends them, or that the token has ended, as JSON.' },
  },
  about: `For AWS it prints commands, which need credentials of the target's account; nothing is done here. They end what
began before now, also sessions that others than the broker made; the next ones are for kite-sts disable.`,
  examples: [
    'kite-sts revoke role deploy-web',
    'kite-sts revoke session web.1.46whkzzjo7ztw53u --role deploy-web | sh',
  ],
};

/** The verb, with what asks GitHub. */
export function createRevoke(given: Partial<RevokeCall>): Verb {
  return {
    ...REVOKE,
    async run(flags, terminal) {
      const usual = { fetch: createFetch(terminal.environment), patience: PATIENCE };
      const ending = await endIssued(flags, terminal, { ...usual, ...given });
      const write = () => (ending ? writeCommands(ending) : 'The token has ended.\n');
      printResult(ending ? { ended: false, ...ending } : { ended: true }, write, flags, terminal);
      return EXIT.done;
    },
  };
}

export const revoke = createRevoke({});
