import { BrokerError, isBroken } from './errors.ts';
import { authenticated, begin, failed, type Parts, switchedOff, timer } from './exchange.ts';
import { type Answer, type Authorization, type Reached, refusal } from './outcome.ts';
import { decideMethod } from './policy/method.ts';
import { isPlainPath } from './policy/path.ts';
import type { HttpRequest } from './protocols/protocol.ts';
import { presented } from './protocols/registry.ts';
import { type Recorder, recorded } from './record.ts';
import type { RegistryStore } from './stores/registries.ts';

/** All that stands in front of registries: what `broker.ts` composes. It can make no credential. */
export type Authorizer = Recorder & {
  readonly url: string;
  readonly parts: Pick<Parts, 'verify' | 'rows' | 'switches' | 'elapsed'>;
  readonly registries: RegistryStore;
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

/** authenticate → decide, for one request to a registry. Never throws, as `exchange`. */
const decided = async (
  { parts, registries }: Authorizer,
  request: HttpRequest,
  reached: Reached,
): Promise<Authorization> => {
  const { method, path, sourceAddress } = request;
  reached.use = { method, path, user: undefined };
  try {
    if (!isPlainPath(path)) throw new BrokerError('parameter_invalid', { at: 'path' });
    const snapshot = registries.at(path);
    if (!snapshot) throw new BrokerError('path_unknown');
    reached.registry = snapshot;
    const { subjectToken, user } = presented(request);
    reached.use = { method, path, user };

    const token = await authenticated(parts, subjectToken, reached);
    if (typeof token === 'string') return { kind: 'denied', reached, reason: token };
    const context = { now: reached.at, sourceAddress };
    const decision = await timer(parts, reached)('decide', () =>
      decideMethod(snapshot.registry, token, method, context),
    );
    reached.decision = decision;
    if (!decision.allowed) return { kind: 'denied', reached, reason: decision.reason };
    const off = await switchedOff(parts, reached);
    if (off) return { kind: 'denied', reached, reason: off };
    const { statement, scopes } = decision;
    return { kind: 'authorized', reached, registry: snapshot.registry.name, token, statement, scopes };
  } catch (error) {
    return failed(reached, error);
  }
};

/**
 * May this request pass to the registry that its path names? By its own method and path alone: no header can say
 * otherwise, and nothing is kept from one request to the next. Never throws; nobody passes without an audit event.
 */
export const authorize = async (
  authorizer: Authorizer,
  request: HttpRequest,
): Promise<Authorized | Extract<Answer, { kind: 'refused' }>> => {
  const decisionId = authorizer.randomId();
  const { sourceAddress } = request;
  const visit = { decisionId, protocol: 'registry', repeats: true, now: authorizer.now(), sourceAddress };
  const outcome = await recorded(authorizer, await decided(authorizer, request, begin(visit)));
  if (outcome.kind === 'failed' && isBroken(outcome.error.code))
    authorizer.onFault(outcome.error, decisionId);
  if (outcome.kind !== 'authorized') return refusal(outcome);
  const { registry, token, statement, scopes } = outcome;
  const { issuer, subject } = token;
  return { kind: 'authorized', decisionId, registry, statement, scopes, issuer, subject };
};
