import { drawRefusal } from './answer.ts';
import { authenticateCaller } from './authenticate.ts';
import { admitUse, countRefusal } from './counts.ts';
import { decideForRegistry } from './decide-registry.ts';
import { BrokerError, isBroken } from './errors.ts';
import type { Parts } from './exchange.ts';
import {
  type AccessOutcome,
  deny,
  type Reached,
  type RegistryCredential,
  type RegistryRefused,
  type Step,
} from './outcome.ts';
import type { MethodAllow } from './policy/method.ts';
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
import { readTokenOrigin } from './token/origin.ts';
import { createFailure, type Journal, openJournal, readTimeAgain, type Visit } from './visit.ts';

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
  if (service !== undefined) return registries.findByAudience(service);
  const [first] = wishes.filter(({ type }) => type === 'repository');
  return first ? registries.findByPath(`/v2/${first.name}`) : registries.findByAudience(audience);
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
    origin: readTokenOrigin(token, reached.row),
    counted: reached.row ? namePipeline(token, reached.row) : [],
    sourceAddress: looksAtSource(registry) ? reached.sourceAddress : undefined,
    seconds: countSeconds(door, token, until, now),
  };
}

async function issueToken(door: TokenDoor, allowed: Allowed, journal: Journal): Promise<Issued> {
  // Read again: whoever was frozen on the way must not issue by the time at which it began.
  const now = readTimeAgain(door.now, journal.reached);
  const grant = makeGrant(door, journal.reached, allowed, now);
  const { token, expiresAt, id: session } = await journal.time('issue', () => door.sign(grant, now));
  const credential = { token, issuedAt: Math.floor(now), expiresAt, session };
  return { scopes: allowed.decision.scopes, access: allowed.access, credential };
}

/** A token for a registry, and what it opens. */
type Issued = {
  readonly scopes: readonly string[];
  readonly access: readonly Access[];
  readonly credential: RegistryCredential;
};

/** Notes for the audit event what is asked for, and the user name beside the subject token. */
function noteRequest(journal: Journal, { method, path }: HttpRequest, asked: RegistryAccessRequest): void {
  const { wishes, user } = asked;
  journal.note({
    use: { method, path, query: '', operation: undefined, user },
    requested: {
      role: undefined,
      scopes: wishes.map(writeAccess),
      seconds: undefined,
      sessionName: undefined,
    },
  });
}

/** Each step gives what the next one needs, or the reason that ends the exchange. */
async function followAccess(
  door: TokenDoor,
  request: HttpRequest,
  journal: Journal,
): Promise<Step<Issued, RegistryRefused>> {
  const { parts, registries, now } = door;
  const asked = parseTokenRequest(request);
  noteRequest(journal, request, asked);
  const token = await authenticateCaller(parts, asked.subjectToken, journal);
  if ('denied' in token) return token;
  const snapshot = findRegistry(registries, asked, token.value);
  if (!snapshot) return deny('registry_unknown');
  journal.note({ registry: snapshot });
  const { registry } = snapshot;
  const question = { registry, token: token.value, operation: { needs: [] } };
  const decision = await decideForRegistry({ switches: parts.switches, now }, question, journal);
  if ('denied' in decision) return decision;
  const access = grantAccess(registry, decision.value.scopes, asked.wishes);
  if (asked.wishes.length > 0 && access.length === 0) return deny('access_beyond_token');
  admitUse(parts, journal.reached, ['registry', registry.name]);
  const allowed = { token: token.value, registry, decision: decision.value, access };
  return { value: await issueToken(door, allowed, journal) };
}

/** authenticate → decide → issue, for a registry. Never throws, as `runExchange`. */
async function exchangeForAccess(
  door: TokenDoor,
  request: HttpRequest,
  journal: Journal,
): Promise<AccessOutcome> {
  try {
    const issued = await followAccess(door, request, journal);
    const { reached } = journal;
    if (!('denied' in issued)) return { kind: 'granted', reached, ...issued.value };
    countRefusal(door.parts, reached);
    return { kind: 'denied', reached, reason: issued.denied };
  } catch (error) {
    return createFailure(journal.reached, error);
  }
}

/**
 * Answers a client of a registry that was challenged: a token for that registry, or why there is none. Never throws;
 * nothing leaves without its audit event.
 */
export async function answerTokenRequest(door: TokenDoor, request: HttpRequest): Promise<HttpAnswer> {
  const decisionId = door.randomId();
  const { sourceAddress } = request;
  const now = door.now();
  const visit: Visit = { decisionId, protocol: 'registry_token', reusesToken: true, now, sourceAddress };
  const outcome = await recordOutcome(
    door,
    await exchangeForAccess(door, request, openJournal(visit, door.parts.elapsed)),
  );
  if (outcome.kind === 'failed' && isBroken(outcome.error.code)) door.onFault(outcome.error, decisionId);
  if (outcome.kind === 'granted') return renderToken(decisionId, outcome.credential);
  const audience = outcome.reached.registry?.registry.audience ?? '';
  return renderTokenRefusal(drawRefusal(outcome), { url: door.url, audience, now });
}
