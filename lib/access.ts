import { drawRefusal } from './answer.ts';
import { admitUse, checkRefusals, countRefusal } from './counts.ts';
import { BrokerError, isBroken } from './errors.ts';
import {
  authenticated,
  begin,
  failed,
  isStale,
  type Parts,
  switchedOff,
  timer,
  type Visit,
} from './exchange.ts';
import type { AccessOutcome, Reached, RegistryRefused } from './outcome.ts';
import { decideOperation, type MethodAllow } from './policy/method.ts';
import { grantAccess } from './policy/registries/access.ts';
import { type Access, writeAccess } from './policy/registries/grammar.ts';
import type { Registry } from './policy/registry.ts';
import { namePipeline } from './policy/tenant.ts';
import type { VerifiedToken } from './policy/verified-token.ts';
import type { HttpAnswer, HttpRequest } from './protocols/protocol.ts';
import {
  parseTokenRequest,
  type RegistryAccessRequest,
  renderToken,
  renderTokenRefusal,
} from './protocols/token-door.ts';
import type { RegistryGrant, SignRegistryToken } from './providers/registry.ts';
import { type Recorder, recordOutcome } from './recorder.ts';
import type { RegistrySnapshot, RegistryStore } from './stores/registries.ts';
import { originOf } from './token/origin.ts';

/** The door where clients of registries get a token: what `broker.ts` composes. */
export type TokenDoor = Recorder & {
  readonly url: string;
  readonly parts: Pick<Parts, 'verify' | 'rows' | 'switches' | 'elapsed' | 'admit' | 'refusals'>;
  readonly registries: RegistryStore;
  readonly sign: SignRegistryToken;
  /** The longest that a token of a registry lives, in seconds. */
  readonly seconds: number;
  /** Told of every failure of ours with its cause; never of a token. */
  readonly onFault: (error: BrokerError, decisionId: string) => void;
  /** Seconds since the epoch. */
  readonly now: () => number;
  readonly randomId: () => string;
};

/**
 * Finds the registry that is meant: by the name of its service, by a repository in it, or by what the token was minted
 * for, whichever is there first. Which it is opens nothing: its policy then demands its own audience of the token.
 */
function findRegistry(
  registries: RegistryStore,
  { service, wishes }: RegistryAccessRequest,
  { audience }: VerifiedToken,
): RegistrySnapshot | undefined {
  if (service !== undefined) return registries.named(service);
  const [first] = wishes.filter(({ type }) => type === 'repository');
  return first ? registries.at(`/v2/${first.name}`) : registries.named(audience);
}

/** Does the policy look at where a request comes from? Then what it gave is for that address alone. */
function looksAtSource({ trust, deny }: Registry): boolean {
  return [...trust, ...deny].some(({ conditions }) => conditions.some(({ on }) => on === 'source_ip'));
}

/** At most as long as the subject token, and as the statement that speaks for it. */
function countSeconds(door: TokenDoor, token: VerifiedToken, until: number | undefined, now: number): number {
  const end = Math.min(token.expiresAt, until ?? Number.POSITIVE_INFINITY);
  const seconds = Math.min(door.seconds, Math.floor(end - Math.floor(now)));
  if (seconds < 1) throw new BrokerError('token_expired', { at: 'exp' });
  return seconds;
}

type Allowed = {
  readonly token: VerifiedToken;
  readonly registry: Registry;
  readonly decision: MethodAllow;
  readonly access: readonly Access[];
};

/** All that the token says, and that is asked of it when it is used. */
function makeGrant(door: TokenDoor, reached: Reached, allowed: Allowed, now: number): RegistryGrant {
  const { token, registry, access } = allowed;
  const { scopes, statement } = allowed.decision;
  const until = registry.trust.find(({ id }) => id === statement)?.until;
  return {
    registry: registry.name,
    audience: registry.audience,
    access,
    scopes,
    statement,
    holder: token.subject,
    origin: originOf(token, reached.row),
    counted: reached.row ? namePipeline(token, reached.row) : [],
    sourceAddress: looksAtSource(registry) ? reached.sourceAddress : undefined,
    seconds: countSeconds(door, token, until, now),
  };
}

async function issueToken(door: TokenDoor, reached: Reached, allowed: Allowed): Promise<AccessOutcome> {
  const { registry, access, decision } = allowed;
  admitUse(door.parts, reached, ['registry', registry.name]);
  // Read again: whoever was frozen on the way must not issue by the time at which it began.
  const now = readTime(door, reached);
  const grant = makeGrant(door, reached, allowed, now);
  const signed = await timer(door.parts, reached)('issue', () => door.sign(grant, now));
  const { expiresAt, id: session } = signed;
  const credential = { token: signed.token, issuedAt: Math.floor(now), expiresAt, session };
  return { kind: 'granted', reached, scopes: decision.scopes, access, credential };
}

/** The policy of a registry and the switches, as they are at this time. */
async function decideAccess(
  { parts }: TokenDoor,
  reached: Reached,
  { token, registry }: Pick<Allowed, 'token' | 'registry'>,
  now: number,
): Promise<MethodAllow | RegistryRefused> {
  const context = { now, sourceAddress: reached.sourceAddress };
  const decide = () => decideOperation(registry, token, { needs: [] }, context);
  const decision = await timer(parts, reached)('decide', decide);
  reached.decision = decision;
  if (!decision.allowed) return decision.reason;
  return (await switchedOff(parts, reached)) ?? decision;
}

/** Never before the visit began: a clock can be set back. */
function readTime({ now }: TokenDoor, { at }: Reached): number {
  return Math.max(now(), at);
}

/** authenticate → decide → issue, for a registry. Never throws, as `exchange`. */
async function exchangeForAccess(
  door: TokenDoor,
  request: HttpRequest,
  reached: Reached,
): Promise<AccessOutcome> {
  const { parts } = door;
  const deny = (reason: RegistryRefused): AccessOutcome => {
    countRefusal(parts, reached);
    return { kind: 'denied', reached, reason };
  };
  try {
    const asked = parseTokenRequest(request);
    noteRequest(reached, request, asked);
    const token = await authenticated(parts, asked.subjectToken, reached);
    checkRefusals(parts, reached);
    if (typeof token === 'string') return deny(token);
    const snapshot = findRegistry(door.registries, asked, token);
    if (!snapshot) return deny('registry_unknown');
    reached.registry = snapshot;
    const { registry } = snapshot;
    let decision = await decideAccess(door, reached, { token, registry }, reached.at);
    const now = readTime(door, reached);
    if (typeof decision !== 'string' && isStale(now, reached))
      decision = await decideAccess(door, reached, { token, registry }, now);
    if (typeof decision === 'string') return deny(decision);
    const access = grantAccess(registry, decision.scopes, asked.wishes);
    if (asked.wishes.length > 0 && access.length === 0) return deny('access_beyond_token');
    return await issueToken(door, reached, { token, registry, decision, access });
  } catch (error) {
    return failed(reached, error);
  }
}

/** Notes for the audit event what is asked for, and the user name beside the subject token. */
function noteRequest(
  reached: Reached,
  { method, path }: HttpRequest,
  { wishes, user }: RegistryAccessRequest,
): void {
  reached.use = { method, path, query: '', operation: undefined, user };
  reached.requested = {
    role: undefined,
    scopes: wishes.map(writeAccess),
    seconds: undefined,
    sessionName: undefined,
  };
}

/**
 * Answers a client of a registry that was challenged: a token for that registry, or why there is none. Never throws;
 * nothing leaves without its audit event.
 */
export async function answerTokenRequest(door: TokenDoor, request: HttpRequest): Promise<HttpAnswer> {
  const decisionId = door.randomId();
  const { sourceAddress } = request;
  const now = door.now();
  const visit: Visit = { decisionId, protocol: 'registry_token', repeats: true, now, sourceAddress };
  const outcome = await recordOutcome(door, await exchangeForAccess(door, request, begin(visit)));
  if (outcome.kind === 'failed' && isBroken(outcome.error.code)) door.onFault(outcome.error, decisionId);
  if (outcome.kind === 'granted') return renderToken(decisionId, outcome.credential);
  const audience = outcome.reached.registry?.registry.audience ?? '';
  return renderTokenRefusal(drawRefusal(outcome), { url: door.url, audience, now });
}
