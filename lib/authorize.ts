import { type Answer, drawRefusal } from './answer.ts';
import { admitUse, checkRefusals, countRefusal } from './counts.ts';
import { BrokerError, CODES, isBroken } from './errors.ts';
import { authenticated, begin, failed, isStale, type Parts, switchedOff, timer } from './exchange.ts';
import type { Authorization, Reached, RegistryRefused } from './outcome.ts';
import { decideOperation, findLack, type MethodAllow } from './policy/method.ts';
import { isPlainPath } from './policy/path.ts';
import { coversAccess } from './policy/registries/access.ts';
import type { Operation } from './policy/registries/grammar.ts';
import { readOperation } from './policy/registries/read.ts';
import type { Registry } from './policy/registry.ts';
import type { VerifiedToken } from './policy/verified-token.ts';
import type { HttpRequest } from './protocols/protocol.ts';
import { lacksCredential, type RegistryDoor, readPresented, writeChallenge } from './protocols/registry.ts';
import { type Recorder, recordOutcome } from './recorder.ts';
import type { RegistrySnapshot, RegistryStore } from './stores/registries.ts';
import { reasonOf, struck } from './switch.ts';
import type { ReadRegistryToken, RegistryToken } from './token/registry.ts';

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
  /** What to say in `WWW-Authenticate`; undefined where no other credential would help. */
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
  const snapshot = authorizer.registries.at(request.path);
  if (!snapshot) throw new BrokerError('path_unknown');
  return { snapshot, operation: readOperation(snapshot.registry, request) };
}

/** What is decided for a subject token. */
type Question = {
  readonly registry: Registry;
  readonly token: VerifiedToken;
  readonly operation: Operation | undefined;
};

/** Why a registry token does not open this, if it does not. Its switches are asked about at each use. */
async function refuseToken(
  { parts }: Authorizer,
  { registry }: RegistrySnapshot,
  operation: Operation | undefined,
  reached: Reached & { readonly registryToken: RegistryToken },
): Promise<RegistryRefused | undefined> {
  const { registry: name, audience, access, scopes, origin, sourceAddress } = reached.registryToken;
  if (name !== registry.name || audience !== registry.audience) return 'audience_differs';
  if (sourceAddress !== undefined && sourceAddress !== reached.sourceAddress) return 'no_statement_holds';
  if (!operation) return 'request_not_understood';
  const lack = findLack(registry, scopes, operation.needs);
  if (lack) return lack.reason;
  if (!coversAccess(access, operation.access)) return 'access_beyond_token';
  const off = struck(await parts.switches(), origin);
  if (off) reached.off = off;
  return off && reasonOf(off);
}

/** The way of whoever comes from our token door: their claims were decided on there, a moment ago. */
async function authorizeByToken(
  authorizer: Authorizer,
  registryToken: RegistryToken,
  { snapshot, operation }: Aim,
  reached: Reached,
): Promise<Authorization> {
  const found = snapshot ?? authorizer.registries.named(registryToken.audience);
  if (!found) return { kind: 'denied', reached, reason: 'registry_unknown' };
  reached.registry = found;
  const known = Object.assign(reached, { registryToken });
  checkRefusals(authorizer.parts, reached);
  let reason = await refuseToken(authorizer, found, operation, known);
  const now = readTime(authorizer, reached);
  if (registryToken.expiresAt <= now) throw new BrokerError('token_expired', { at: 'exp' });
  if (!reason && isStale(now, reached)) reason = await refuseToken(authorizer, found, operation, known);
  if (reason) return { kind: 'denied', reached, reason };
  const { statement, scopes, origin, holder: subject } = registryToken;
  const { issuer } = origin;
  return { kind: 'authorized', reached, registry: found.registry.name, issuer, subject, statement, scopes };
}

/** Never before the visit began: a clock can be set back. */
function readTime({ now }: Authorizer, { at }: Reached): number {
  return Math.max(now(), at);
}

/** The policy of a registry and the switches, as they are at this time. */
async function decideSubject(
  { parts }: Authorizer,
  reached: Reached,
  question: Question,
  now: number,
): Promise<MethodAllow | RegistryRefused> {
  const { registry, token, operation } = question;
  const context = { now, sourceAddress: reached.sourceAddress };
  const decide = () => decideOperation(registry, token, operation, context);
  const decision = await timer(parts, reached)('decide', decide);
  reached.decision = decision;
  if (!decision.allowed) return decision.reason;
  return (await switchedOff(parts, reached)) ?? decision;
}

/** Decides, and once more where the time has gone on meanwhile: a process may be frozen at any step (threat T78). */
async function decideInTime(
  authorizer: Authorizer,
  reached: Reached,
  question: Question,
): Promise<MethodAllow | RegistryRefused> {
  const decision = await decideSubject(authorizer, reached, question, reached.at);
  const now = readTime(authorizer, reached);
  if (typeof decision === 'string' || !isStale(now, reached)) return decision;
  if (question.token.acceptedUntil <= now) throw new BrokerError('token_expired', { at: 'exp' });
  return decideSubject(authorizer, reached, question, now);
}

/** The way of a subject token: authenticate → decide. */
async function authorizeBySubject(
  authorizer: Authorizer,
  subjectToken: string,
  { snapshot, operation }: Aim,
  reached: Reached,
): Promise<Authorization> {
  const { parts, registries } = authorizer;
  const token = await authenticated(parts, subjectToken, reached);
  checkRefusals(parts, reached);
  if (typeof token === 'string') return { kind: 'denied', reached, reason: token };
  const found = snapshot ?? registries.named(token.audience);
  if (!found) return { kind: 'denied', reached, reason: 'registry_unknown' };
  reached.registry = found;
  const decision = await decideInTime(authorizer, reached, { registry: found.registry, token, operation });
  if (typeof decision === 'string') return { kind: 'denied', reached, reason: decision };
  const { statement, scopes } = decision;
  const { issuer, subject } = token;
  return { kind: 'authorized', reached, registry: found.registry.name, issuer, subject, statement, scopes };
}

/** authenticate → decide, for one request to a registry. Never throws, as `exchange`. */
async function decideRequest(
  authorizer: Authorizer,
  request: HttpRequest,
  reached: Reached,
): Promise<Authorization> {
  const { method, path, query } = request;
  reached.use = { method, path, query, operation: undefined, user: undefined };
  try {
    const aim = takeAim(authorizer, request);
    if (aim.snapshot) reached.registry = aim.snapshot;
    reached.use = { ...reached.use, operation: aim.operation };
    const { subjectToken, user } = readPresented(request);
    reached.use = { ...reached.use, user };
    const registryToken = await authorizer.readRegistryToken(subjectToken, reached.at);
    const outcome = registryToken
      ? await authorizeByToken(authorizer, registryToken, aim, reached)
      : await authorizeBySubject(authorizer, subjectToken, aim, reached);
    if (outcome.kind === 'denied') countRefusal(authorizer.parts, reached);
    if (outcome.kind === 'authorized') admitUse(authorizer.parts, reached, ['registry', outcome.registry]);
    return outcome;
  } catch (error) {
    return failed(reached, error);
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

function refuse(authorizer: Authorizer, outcome: Exclude<Authorization, { kind: 'authorized' }>): Refusal {
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
  const visit = { decisionId, protocol: 'registry', repeats: true, now: authorizer.now(), sourceAddress };
  const outcome = await recordOutcome(authorizer, await decideRequest(authorizer, request, begin(visit)));
  if (outcome.kind === 'failed' && isBroken(outcome.error.code))
    authorizer.onFault(outcome.error, decisionId);
  if (outcome.kind !== 'authorized') return refuse(authorizer, outcome);
  const { registry, statement, scopes, issuer, subject } = outcome;
  return { kind: 'authorized', decisionId, registry, statement, scopes, issuer, subject };
}
