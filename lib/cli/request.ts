import { createAuthorizerConfig, createBrokerConfig } from '../config/compiled.ts';
import type { Config } from '../config/load.ts';
import { BrokerError } from '../errors.ts';
import type { Claims } from '../policy/claims.ts';
import type { AccessRequest } from '../policy/decide.ts';
import type { JobFacts } from '../policy/demand.ts';
import type { RegistryRequest } from '../policy/registries/read.ts';
import type { Registry } from '../policy/registry.ts';
import type { Role } from '../policy/role.ts';
import type { Context } from '../policy/trust.ts';
import { readStrictObject } from '../token/json.ts';
import { readTokenClaims, splitToken } from '../token/jws.ts';
import { findRegistry, roleNamed } from './configuration.ts';
import { readInput } from './input.ts';
import { eventsIn, objectIn, requestOf, textIn, textsIn } from './recorded.ts';
import { parseRequestLine, readRecordedRequest } from './registry-request.ts';
import { addressIn, Failure, type Flags, flag, seconds, UsageError } from './verb.ts';

/** How an exchange ended that the audit log tells of, and what is otherwise now. */
export type Recorded = {
  readonly decisionId: string;
  readonly time: string | undefined;
  readonly outcome: string | undefined;
  readonly reason: string | undefined;
  /** Claims that the event did not keep: here they are absent. */
  readonly omitted: readonly string[];
  readonly policyChanged: boolean;
};

type Asked = { readonly claims: Claims; readonly context: Context; readonly recorded: Recorded | undefined };

/** What is to be decided of a role. */
export type RoleRequest = Asked & {
  readonly role: Role;
  readonly access: AccessRequest;
  readonly registry?: undefined;
};

/** What is to be decided: of a role, or of a registry. */
export type Request =
  | RoleRequest
  | (Asked & { readonly registry: Registry; readonly request: RegistryRequest });

/** The claims of a file or of a token, by the flags. Throws `UsageError` and `Failure`. */
export async function claimsFrom(
  flags: Flags,
  sources: readonly string[] = ['--claims FILE', '--token-file FILE'],
): Promise<Claims> {
  const file = flag(flags, 'claims');
  const tokenFile = flag(flags, 'token-file');
  if ((file === undefined) === (tokenFile === undefined))
    throw new UsageError(`Give one of ${sources.join(', ')}.`);
  try {
    return file === undefined
      ? readTokenClaims(splitToken((await readInput(tokenFile ?? '')).toString('utf8').trim()))
      : readStrictObject(await readInput(file));
  } catch (error) {
    if (error instanceof BrokerError)
      throw new Failure(`${tokenFile}: ${error.message} ${error.detail ?? ''}\n`);
    if (error instanceof Failure) throw error;
    throw new Failure(`${file}: not a JSON object of claims: ${(error as Error).message}\n`);
  }
}

const SOURCES = ['--claims FILE', '--token-file FILE', '--decision ID'];

function contextOf(flags: Flags, role?: Role): Context {
  const now = Date.now() / 1000;
  const job = role && jobIn(flags, role, now);
  return { now, sourceAddress: addressIn(flags, 'source-ip'), ...(job ? { job } : {}) };
}

/** What events would have told: an approval of just now, by a person of broker.yml or by an id. */
function jobIn(flags: Flags, { approval }: Role, now: number): JobFacts | undefined {
  const [state, by] = [flag(flags, 'job'), flag(flags, 'approved-by')];
  if (state === undefined && by === undefined) return undefined;
  if (state !== undefined && !isJobState(state))
    throw new UsageError(`--job is ${JOB_STATES.join(' or ')}, not "${state}".`);
  const id = approval?.by.find(({ name }) => name === by)?.id ?? by;
  const unblocked = id === undefined ? undefined : { step: approval?.step ?? '', by: id, at: now };
  return { state: state ?? 'running', build: 'of the command line', unblocked };
}

const JOB_STATES = ['running', 'finished'] as const;

function isJobState(word: string): word is (typeof JOB_STATES)[number] {
  return JOB_STATES.some(each => each === word);
}

async function askRegistry(name: string, flags: Flags, config: Config): Promise<Request> {
  const idle = ['role', 'scope', 'expires-in', 'job', 'approved-by'].find(each => flags[each] !== undefined);
  if (idle) throw new UsageError(`--${idle} has no effect beside --registry.`);
  const line = flag(flags, 'request');
  if (line === undefined) throw new UsageError('--registry needs --request "METHOD PATH".');
  const registry = findRegistry(name, config);
  const request = parseRequestLine(line);
  return {
    registry,
    request,
    claims: await claimsFrom(flags, SOURCES),
    context: contextOf(flags),
    recorded: undefined,
  };
}

/** What is to be decided of a role, by flags. Throws `UsageError` and `Failure`. */
export async function askRole(flags: Flags, config: Config): Promise<RoleRequest> {
  const name = flag(flags, 'role');
  if (name === undefined) throw new UsageError('--role or --registry is required.');
  const role = roleNamed(name, config);
  const access = {
    role: name,
    scopes: flag(flags, 'scope')?.split(' '),
    seconds: seconds(flags, 'expires-in'),
    kinds: undefined,
  };
  const claims = await claimsFrom(flags, SOURCES);
  return { role, claims, access, context: contextOf(flags, role), recorded: undefined };
}

/** What the event says itself. */
const IN_EVENT = [
  'role',
  'registry',
  'request',
  'claims',
  'token-file',
  'scope',
  'expires-in',
  'source-ip',
  'job',
  'approved-by',
];

async function eventOf(id: string, flags: Flags): Promise<Claims> {
  const idle = IN_EVENT.find(name => flags[name] !== undefined);
  if (idle) throw new UsageError(`--${idle} has no effect beside --decision, whose event says it.`);
  const file = flag(flags, 'audit') ?? '-';
  const event = eventsIn(await readInput(file)).find(each => each['decision_id'] === id);
  if (!event) throw new Failure(`${file} has no audit event with the decision ${id}.\n`);
  return event;
}

async function ofEvent(id: string, flags: Flags, config: Config): Promise<Request> {
  const event = await eventOf(id, flags);
  const claims = objectIn(event, 'claims');
  if (!claims)
    throw new Failure(
      `${id} ended before the claims were known: ${textIn(event, 'code')} ${textIn(event, 'detail') ?? ''}\n`,
    );
  const { access, context } = requestOf(event);
  const of = textIn(event, 'registry');
  if (event['event'] === 'authorization' && of === undefined)
    throw new Failure(`${id} asked for a path that is no registry's: ${textIn(event, 'code') ?? ''}\n`);
  const registry = of === undefined ? undefined : findRegistry(of, config);
  const loaded = createBrokerConfig(config);
  const digest = registry ? undefined : loaded.roles.find(access.role)?.digest;
  const recorded = {
    decisionId: id,
    time: textIn(event, 'time'),
    outcome: textIn(event, 'outcome'),
    reason: textIn(event, 'reason'),
    omitted: textsIn(event, 'claims_omitted') ?? [],
    policyChanged: registry
      ? createAuthorizerConfig(config).registries.findByAudience(registry.audience)?.digest !==
        event['policy_digest']
      : digest !== event['policy_digest'],
  };
  if (registry) return { registry, request: readRecordedRequest(event), claims, context, recorded };
  return { role: roleNamed(access.role, config), claims, access, context, recorded };
}

/** What `explain` is asked: by flags, or by an audit event. Throws `UsageError` and `Failure`. */
export function requestIn(flags: Flags, config: Config): Promise<Request> {
  const id = flag(flags, 'decision');
  if (id !== undefined) return ofEvent(id, flags, config);
  if (flags['audit'] !== undefined) throw new UsageError('--audit needs --decision ID.');
  const registry = flag(flags, 'registry');
  return registry === undefined ? askRole(flags, config) : askRegistry(registry, flags, config);
}
