import { auditEvent, auditLine, type Sink } from './audit/event.ts';
import { type Measuring, metricLine } from './audit/metrics.ts';
import { BrokerError, CODES, type Code } from './errors.ts';
import { begin, exchange, type Parts, type Visit } from './exchange.ts';
import { answer, type ExchangeRecord, type Outcome, record } from './outcome.ts';
import { type Discovery, discoveryAnswer } from './protocols/discovery.ts';
import { oauth } from './protocols/oauth.ts';
import type { HttpAnswer, HttpRequest, Protocol, Voice } from './protocols/protocol.ts';

/** A whole broker, ready to answer: what `broker.ts` composes. */
export type Broker = {
  readonly url: string;
  /** What subject tokens are minted for unless a role says otherwise. */
  readonly audience: string;
  readonly parts: Parts;
  readonly discovery: Discovery;
  readonly sink: Sink;
  /** When set, metrics follow each audit event to the sink. */
  readonly metrics: Measuring | undefined;
  /** Told of every failure of ours with its cause; never of a credential or a token. */
  readonly onFault: (error: BrokerError, decisionId: string) => void;
  /** Seconds since the epoch. */
  readonly now: () => number;
  readonly randomId: () => string;
};

/** The doors through which a credential can be had: method and path → protocol. `{role}` is one segment. */
export const DOORS: { readonly [route: string]: Protocol } = {
  'POST /token': oauth,
};

const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replace('{role}', '[^/]+').replaceAll('.', '\\.')}$`);

/** The same, ready for a request's path. */
const ROUTES = Object.entries(DOORS).map(([route, protocol]) => {
  const [method = '', path = ''] = route.split(' ');
  return { method, path: patternOf(path), protocol };
});

type Route = (typeof ROUTES)[number];

const ended = async (
  broker: Broker,
  { method, protocol: door }: Route,
  request: HttpRequest,
  visit: Visit,
): Promise<Outcome> => {
  try {
    if (request.method !== method) throw new BrokerError('method_not_allowed');
    return await exchange(broker.parts, door.parse(request), visit);
  } catch (error) {
    const known = error instanceof BrokerError ? error : new BrokerError('internal_error', { cause: error });
    return { kind: 'failed', reached: begin(visit), error: known };
  }
};

/** A metric is no evidence: when it cannot be written, the audit event already was, and the answer stands. */
const measured = async ({ sink, metrics }: Broker, drawn: ExchangeRecord): Promise<void> => {
  if (!metrics) return;
  try {
    await sink(metricLine(drawn, metrics));
  } catch {}
};

/** Writes the audit event. When that fails, the outcome is that failure, and the credential does not leave. */
const audited = async (broker: Broker, outcome: Outcome): Promise<Outcome> => {
  try {
    const drawn = record(outcome);
    await broker.sink(auditLine(auditEvent(drawn)));
    await measured(broker, drawn);
    return outcome;
  } catch (cause) {
    return {
      kind: 'failed',
      reached: outcome.reached,
      error: new BrokerError('audit_unavailable', { cause }),
    };
  }
};

const voiceOf = ({ url, audience, now }: Broker): Voice => ({ url, audience, now: now() });

const through = async (broker: Broker, route: Route, request: HttpRequest): Promise<HttpAnswer> => {
  const { sourceAddress } = request;
  const door = route.protocol;
  const visit: Visit = {
    decisionId: broker.randomId(),
    protocol: door.name,
    repeats: door.repeats,
    now: broker.now(),
    sourceAddress,
  };
  const outcome = await audited(broker, await ended(broker, route, request, visit));
  if (outcome.kind === 'failed' && CODES[outcome.error.code].fault === 'ours')
    broker.onFault(outcome.error, visit.decisionId);
  return door.render(answer(outcome), request, voiceOf(broker));
};

const refused = (code: Code, broker: Broker, request: HttpRequest): HttpAnswer =>
  oauth.render(
    {
      kind: 'refused',
      decisionId: broker.randomId(),
      code,
      says: CODES[code].says,
      at: undefined,
      claims: [],
      contact: undefined,
      nearRole: undefined,
    },
    request,
    voiceOf(broker),
  );

/**
 * Answers one HTTP request, whichever host brought it: parse → exchange → audit → render. The one route
 * table that the laptop and Lambda share. Never throws.
 */
export const serve = async (broker: Broker, request: HttpRequest): Promise<HttpAnswer> => {
  const route = ROUTES.find(({ path }) => path.test(request.path));
  if (route) return through(broker, route, request);
  try {
    return (await discoveryAnswer(broker.discovery, request)) ?? refused('path_unknown', broker, request);
  } catch (cause) {
    broker.onFault(new BrokerError('internal_error', { cause }), '-');
    return refused('internal_error', broker, request);
  }
};
