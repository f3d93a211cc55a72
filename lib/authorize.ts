import { type Answer, drawRefusal } from './answer.ts';
import { authenticateCaller } from './authenticate.ts';
import { admitUse, checkRefusals, countRefusal } from './counts.ts';
import { decideForRegistry } from './decide-registry.ts';
import { BrokerError, CODES, isBroken } from './errors.ts';
import type { Parts } from './exchange.ts';
import { type Authorization, deny, type Reached, type RegistryRefused, type Step } from './outcome.ts';
import { findMissingAccess } from './policy/method.ts';
import { isPlainPath } from './policy/path.ts';
import { isAccessCovered } from './policy/registries/access.ts';
import type { Operation } from './policy/registries/grammar.ts';
import { readOperation } from './policy/registries/read.ts';
import type { HttpRequest } from './protocols/protocol.ts';
import { lacksCredential, type RegistryDoor, readPresented, writeChallenge } from './protocols/registry.ts';
import { type Recorder, recordOutcome } from './recorder.ts';
import type { RegistrySnapshot, RegistryStore } from './stores/registries.ts';
import { findSwitch, findSwitchReason } from './switch.ts';
import type { ReadRegistryToken, RegistryToken } from './token/registry.ts';
import { createFailure, isStale, type Journal, openJournal, readTimeAgain } from './visit.ts';

/** All that stands in front of registries: what `broker.ts` composes. It can make no credential. */
export type Authorizer = Recorder & {
  readonly url: string;
  /** The URL of our token door, from the configuration: whoever could choose it would get our callers' credentials. */
  readonly realm: string;
  readonly parts: Pick<Parts, 'verify' | 'rows' | 'switches' | 'elapsed' | 'admit' | 'refusals'>;
  readonly registries: RegistryStore;
  /** Reads what our own token door gave, by our public keys. */
  readonly readRegistryToken: ReadRegistryToken;
  /** Told of every failure of ours with its cause; never of a token. */
  readonly onFault: (error: BrokerError, decisionId: string) => void;
  /** Seconds since the epoch. */
  readonly now: () => number;
  readonly randomId: () => string;
};

/** Whom a registry lets through, for what stands behind it. */
export type Authorized = {
  readonly kind: 'authorized';
  readonly decisionId: string;
  readonly registry: string;
  readonly statement: string;
  readonly scopes: readonly string[];
  readonly issuer: string;
  readonly subject: string;
};

/** Why somebody is not let through, and how they could be. */
export type Refusal = Extract<Answer, { kind: 'refused' }> & {
  readonly door: RegistryDoor;
  /** The text of `WWW-Authenticate`; undefined where no other credential would help. */
  readonly challenge: string | undefined;
};

/** `GET /v2/`, by which clients of images ask whether they are let in. It does nothing. */
const PING: Operation = { name: 'ping', needs: [], access: [] };

function isPing({ registries }: Authorizer, { method, path }: HttpRequest): boolean {
  return ['/v2', '/v2/'].includes(path) && ['GET', 'HEAD'].includes(method) && registries.images.length > 0;
}

/** Where a request goes: the registry by its path, and what it does there. A ping goes to whatever its token is for. */
type Aim = { readonly snapshot: RegistrySnapshot | undefined; readonly operation: Operation | undefined };

function takeAim(authorizer: Authorizer, request: HttpRequest): Aim {
  if (!isPlainPath(request.path)) throw new BrokerError('parameter_invalid', { at: 'path' });
  if (isPing(authorizer, request)) return { snapshot: undefined, operation: PING };
  const snapshot = authorizer.registries.findByPath(request.path);
  if (!snapshot) throw new BrokerError('path_unknown');
  return { snapshot, operation: readOperation(snapshot.registry, request) };
}

/** Why a registry token does not open this, if it does not. Its switches are asked about at each use. */
async function checkRegistryToken(
  { parts }: Authorizer,
  { registry }: RegistrySnapshot,
  operation: Operation | undefined,
  token: RegistryToken,
  journal: Journal,
): Promise<Step<undefined, RegistryRefused>> {
  const { sourceAddress } = journal.reached;
  if (token.registry !== registry.name || token.audience !== registry.audience)
    return deny('audience_differs');
  if (token.sourceAddress !== undefined && token.sourceAddress !== sourceAddress)
    return deny('no_statement_holds');
  if (!operation) return deny('request_not_understood');
  const lack = findMissingAccess(registry, token.scopes, operation.needs);
  if (lack) return deny(lack.reason);
  if (!isAccessCovered(token.access, operation.access)) return deny('access_beyond_token');
  const off = findSwitch(await parts.switches(), token.origin);
  if (!off) return { value: undefined };
  journal.note({ off });
  return deny(findSwitchReason(off));
}

/** Whom a registry lets through, and by which statement. */
type Admitted = Pick<Authorized, 'registry' | 'statement' | 'scopes' | 'issuer' | 'subject'>;

/** The way of whoever comes from our token door: their claims were decided on there, a moment ago. */
async function authorizeByToken(
  authorizer: Authorizer,
  token: RegistryToken,
  { snapshot, operation }: Aim,
  journal: Journal,
): Promise<Step<Admitted, RegistryRefused>> {
  const registry = snapshot ?? authorizer.registries.findByAudience(token.audience);
  if (!registry) return deny('registry_unknown');
  journal.note({ registry, registryToken: token });
  checkRefusals(authorizer.parts, journal.reached);
  let checked = await checkRegistryToken(authorizer, registry, operation, token, journal);
  const now = readTimeAgain(authorizer.now, journal.reached);
  if (token.expiresAt <= now) throw new BrokerError('token_expired', { at: 'exp' });
  if (!('denied' in checked) && isStale(now, journal.reached))
    checked = await checkRegistryToken(authorizer, registry, operation, token, journal);
  if ('denied' in checked) return checked;
  const { statement, scopes, origin, holder: subject } = token;
  return { value: { registry: registry.registry.name, issuer: origin.issuer, subject, statement, scopes } };
}

/** The way of a subject token: authenticate → decide. */
async function authorizeBySubject(
  { parts, registries, now }: Authorizer,
  subjectToken: string,
  { snapshot, operation }: Aim,
  journal: Journal,
): Promise<Step<Admitted, RegistryRefused>> {
  const token = await authenticateCaller(parts, subjectToken, journal);
  if ('denied' in token) return token;
  const found = snapshot ?? registries.findByAudience(token.value.audience);
  if (!found) return deny('registry_unknown');
  journal.note({ registry: found });
  const { registry } = found;
  const question = { registry, token: token.value, operation };
  const decision = await decideForRegistry({ switches: parts.switches, now }, question, journal);
  if ('denied' in decision) return decision;
  const { statement, scopes } = decision.value;
  const { issuer, subject } = token.value;
  return { value: { registry: registry.name, issuer, subject, statement, scopes } };
}

/** Where the request goes, who sends it, and whether they may. */
async function followAuthorization(
  authorizer: Authorizer,
  request: HttpRequest,
  journal: Journal,
): Promise<Step<Admitted, RegistryRefused>> {
  const { method, path, query } = request;
  const use = { method, path, query, operation: undefined, user: undefined };
  journal.note({ use });
  const aim = takeAim(authorizer, request);
  journal.note({ use: { ...use, operation: aim.operation } });
  if (aim.snapshot) journal.note({ registry: aim.snapshot });
  const { subjectToken, user } = readPresented(request);
  journal.note({ use: { ...use, operation: aim.operation, user } });
  const token = await authorizer.readRegistryToken(subjectToken, journal.reached.at);
  return token
    ? authorizeByToken(authorizer, token, aim, journal)
    : authorizeBySubject(authorizer, subjectToken, aim, journal);
}

/** authenticate → decide, for one request to a registry. Never throws, as `runExchange`. */
async function decideRequest(
  authorizer: Authorizer,
  request: HttpRequest,
  journal: Journal,
): Promise<Authorization> {
  const { parts } = authorizer;
  try {
    const admitted = await followAuthorization(authorizer, request, journal);
    const { reached } = journal;
    if ('denied' in admitted) {
      countRefusal(parts, reached);
      return { kind: 'denied', reached, reason: admitted.denied };
    }
    admitUse(parts, reached, ['registry', admitted.value.registry]);
    return { kind: 'authorized', reached, ...admitted.value };
  } catch (error) {
    return createFailure(journal.reached, error);
  }
}

/** By which door one gets in, as far as the request says which registry is meant. */
function findDoor({ registries }: Authorizer, { registry, use }: Reached): RegistryDoor {
  const [image, ...others] = registries.images;
  const meant = registry ?? (use?.operation === PING && others.length === 0 ? image : undefined);
  const images = use?.operation === PING || meant?.registry.kind === 'oci';
  return { images, service: meant?.registry.audience, access: use?.operation?.access ?? [] };
}

/** RFC 6750 §3.1, for whoever showed something: clients of images ask for another token then. */
function errorFor({ code, at }: Pick<Refusal, 'code' | 'at'>): string | undefined {
  if (lacksCredential({ code, at })) return undefined;
  return code.startsWith('token_') ? 'invalid_token' : 'insufficient_scope';
}

function refuseAuthorization(
  authorizer: Authorizer,
  outcome: Exclude<Authorization, { kind: 'authorized' }>,
): Refusal {
  const refused = drawRefusal(outcome);
  const door = findDoor(authorizer, outcome.reached);
  const ours = ['setup', 'ours'].includes(CODES[refused.code].fault);
  const asks = !ours && (door.images || lacksCredential(refused));
  const challenge = asks ? writeChallenge(door, authorizer.realm, errorFor(refused)) : undefined;
  return { ...refused, door, challenge };
}

/**
 * May this request pass to the registry that its path names? By its own method, path and query alone: no header can
 * say otherwise, and nothing is kept from one request to the next. Never throws; nobody passes without an audit event.
 */
export async function authorize(authorizer: Authorizer, request: HttpRequest): Promise<Authorized | Refusal> {
  const decisionId = authorizer.randomId();
  const { sourceAddress } = request;
  const visit = { decisionId, protocol: 'registry', reusesToken: true, now: authorizer.now(), sourceAddress };
  const journal = openJournal(visit, authorizer.parts.elapsed);
  const outcome = await recordOutcome(authorizer, await decideRequest(authorizer, request, journal));
  if (outcome.kind === 'failed' && isBroken(outcome.error.code))
    authorizer.onFault(outcome.error, decisionId);
  if (outcome.kind !== 'authorized') return refuseAuthorization(authorizer, outcome);
  const { registry, statement, scopes, issuer, subject } = outcome;
  return { kind: 'authorized', decisionId, registry, statement, scopes, issuer, subject };
}
