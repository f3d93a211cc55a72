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
import { findConfiguredRegistry, findConfiguredRole } from './configuration.ts';
import { readInput } from './input.ts';
import {
  listEvents,
  readDecidedRequest,
  readEventObject,
  readEventText,
  readEventTexts,
} from './recorded.ts';
import { parseRequestLine, readRecordedRequest } from './registry-request.ts';
import {
  Failure,
  type Flags,
  readAddressFlag,
  readChoice,
  readFlag,
  readSecondsFlag,
  UsageError,
} from './verb.ts';

/** How an exchange ended that the audit log tells of, and what is otherwise now. */
export type RecordedOutcome = {
  readonly decisionId: string;
  readonly time: string | undefined;
  readonly outcome: string | undefined;
  readonly reason: string | undefined;
  /** Claims that the event did not keep: here they are absent. */
  readonly omitted: readonly string[];
  readonly policyChanged: boolean;
};

type RequestBase = {
  readonly claims: Claims;
  readonly context: Context;
  readonly recorded: RecordedOutcome | undefined;
};

/** A request for a role, to be decided. */
export type RoleRequest = RequestBase & {
  readonly role: Role;
  readonly access: AccessRequest;
  readonly registry?: undefined;
};

/** A request for a role or to a registry, to be decided. */
export type CommandRequest =
  | RoleRequest
  | (RequestBase & { readonly registry: Registry; readonly request: RegistryRequest });

/** The claims of a file or of a token, by the flags. Throws `UsageError` and `Failure`. */
export async function readClaimFlags(
  flags: Flags,
  sources: readonly string[] = ['--claims FILE', '--token-file FILE'],
): Promise<Claims> {
  const file = readFlag(flags, 'claims');
  const tokenFile = readFlag(flags, 'token-file');
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

function readContext(flags: Flags, role?: Role): Context {
  const now = Date.now() / 1000;
  const job = role && readJobFlags(flags, role, now);
  return { now, sourceAddress: readAddressFlag(flags, 'source-ip'), ...(job ? { job } : {}) };
}

const JOB_STATES = ['running', 'finished'] as const;

/** The facts that events would have told: an approval of just now, by a person of broker.yml or by an id. */
function readJobFlags(flags: Flags, role: Role, now: number): JobFacts | undefined {
  const { approval } = role;
  const [written, by] = [readFlag(flags, 'job'), readFlag(flags, 'approved-by')];
  if (written === undefined && by === undefined) return undefined;
  const refusal = `--job is ${JOB_STATES.join(' or ')}, not "${written}".`;
  const state = written === undefined ? 'running' : readChoice(written, JOB_STATES, refusal);
  const id = approval?.by.find(({ name }) => name === by)?.id ?? by;
  const unblocked = id === undefined ? undefined : { step: approval?.step ?? '', by: id, at: now };
  return { state, build: 'of the command line', unblocked };
}

async function readRegistryRequest(name: string, flags: Flags, config: Config): Promise<CommandRequest> {
  const idle = ['role', 'scope', 'expires-in', 'job', 'approved-by'].find(each => flags[each] !== undefined);
  if (idle) throw new UsageError(`--${idle} has no effect beside --registry.`);
  const line = readFlag(flags, 'request');
  if (line === undefined) throw new UsageError('--registry needs --request "METHOD PATH".');
  const registry = findConfiguredRegistry(name, config);
  const request = parseRequestLine(line);
  const claims = await readClaimFlags(flags, SOURCES);
  return { registry, request, claims, context: readContext(flags), recorded: undefined };
}

/** Reads a request for a role from flags. Throws `UsageError` and `Failure`. */
export async function readRoleRequest(flags: Flags, config: Config): Promise<RoleRequest> {
  const name = readFlag(flags, 'role');
  if (name === undefined) throw new UsageError('--role or --registry is required.');
  const role = findConfiguredRole(name, config);
  const access = {
    role: name,
    scopes: readFlag(flags, 'scope')?.split(' '),
    seconds: readSecondsFlag(flags, 'expires-in'),
    kinds: undefined,
  };
  const claims = await readClaimFlags(flags, SOURCES);
  return { role, claims, access, context: readContext(flags, role), recorded: undefined };
}

/** Options whose values the event says itself. */
const IN_EVENT = 'role registry request claims token-file scope expires-in source-ip job approved-by'.split(
  ' ',
);

async function findEvent(id: string, flags: Flags): Promise<Claims> {
  const idle = IN_EVENT.find(name => flags[name] !== undefined);
  if (idle) throw new UsageError(`--${idle} has no effect beside --decision, whose event says it.`);
  const file = readFlag(flags, 'audit') ?? '-';
  const event = listEvents(await readInput(file)).find(each => each['decision_id'] === id);
  if (!event) throw new Failure(`${file} has no audit event with the decision ${id}.\n`);
  return event;
}

/** `digest` is that of the policy as it is now. */
function readRecordedOutcome(id: string, event: Claims, digest: string | undefined): RecordedOutcome {
  return {
    decisionId: id,
    time: readEventText(event, 'time'),
    outcome: readEventText(event, 'outcome'),
    reason: readEventText(event, 'reason'),
    omitted: readEventTexts(event, 'claims_omitted') ?? [],
    policyChanged: digest !== event['policy_digest'],
  };
}

async function readEventRequest(id: string, flags: Flags, config: Config): Promise<CommandRequest> {
  const event = await findEvent(id, flags);
  const claims = readEventObject(event, 'claims');
  if (!claims)
    throw new Failure(
      `${id} ended before the claims were known: ${readEventText(event, 'code')} ${readEventText(event, 'detail') ?? ''}\n`,
    );
  const { access, context } = readDecidedRequest(event);
  const name = readEventText(event, 'registry');
  if (event['event'] === 'authorization' && name === undefined)
    throw new Failure(
      `${id} asked for a path that is no registry's: ${readEventText(event, 'code') ?? ''}\n`,
    );
  const registry = name === undefined ? undefined : findConfiguredRegistry(name, config);
  const policy = registry
    ? createAuthorizerConfig(config).registries.findByAudience(registry.audience)
    : createBrokerConfig(config).roles.find(access.role);
  const recorded = readRecordedOutcome(id, event, policy?.digest);
  if (registry) return { registry, request: readRecordedRequest(event), claims, context, recorded };
  return { role: findConfiguredRole(access.role, config), claims, access, context, recorded };
}

/** Reads the request of `explain`, from flags or from an audit event. Throws `UsageError` and `Failure`. */
export function readCommandRequest(flags: Flags, config: Config): Promise<CommandRequest> {
  const id = readFlag(flags, 'decision');
  if (id !== undefined) return readEventRequest(id, flags, config);
  if (flags['audit'] !== undefined) throw new UsageError('--audit needs --decision ID.');
  const registry = readFlag(flags, 'registry');
  return registry === undefined
    ? readRoleRequest(flags, config)
    : readRegistryRequest(registry, flags, config);
}
