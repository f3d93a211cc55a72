import { answerTokenRequest, type TokenDoor } from './access.ts';
import { type Answer, drawAnswer } from './answer.ts';
import { BrokerError, CODES, type Code, isBroken } from './errors.ts';
import { type Parts, runExchange } from './exchange.ts';
import { findIdentity, rememberIdentity } from './identity.ts';
import type { Outcome } from './outcome.ts';
import { container } from './protocols/container.ts';
import { answerDiscovery, type Discovery } from './protocols/discovery.ts';
import { git } from './protocols/git.ts';
import { oauth } from './protocols/oauth.ts';
import type { HttpAnswer, HttpRequest, Protocol, Voice } from './protocols/protocol.ts';
import { TOKEN_PATH } from './protocols/registry.ts';
import { sts } from './protocols/sts.ts';
import { type Recorder, recordOutcome } from './recorder.ts';
import type { IdentityStore } from './stores/identities.ts';
import type { NetworkLimiter } from './stores/limits.ts';
import { beginVisit, createFailure, type Visit } from './visit.ts';

/** A whole broker, ready to answer: what `broker.ts` composes. */
export type Broker = Recorder & {
  readonly url: string;
  /** The audience that subject tokens are minted for unless a role says otherwise. */
  readonly audience: string;
  readonly parts: Parts;
  readonly discovery: Discovery;
  readonly identities: IdentityStore;
  /** Where clients of images get a token of their registry; undefined where there is no such registry. */
  readonly tokenDoor?: TokenDoor | undefined;
  /** How often an address may ask whose a session is: nobody who asks is authenticated. */
  readonly questions: NetworkLimiter;
  /** Told of every failure of ours with its cause; never of a credential or a token. */
  readonly onFault: (error: BrokerError, decisionId: string) => void;
  /** Seconds since the epoch. */
  readonly now: () => number;
  readonly randomId: () => string;
};

/** The doors through which a credential can be had: method and path → protocol. `{role}` is one segment. */
export const DOORS: { readonly [route: string]: Protocol } = {
  'POST /token': oauth,
  // Where google-github-actions/auth looks below its `universe`.
  'POST /v1/token': oauth,
  'GET /credentials/{role}': container,
  'POST /git/{role}': git,
  'POST /': sts,
  'POST /aws/sts': sts,
  'POST /aws/sts/': sts,
  // For presigned calls, which are told where they belong.
  'GET /': sts,
  'GET /aws/sts': sts,
  'GET /aws/sts/': sts,
};

/** Beside these: where clients of registries get a token, by either method. */
export const REGISTRY_ROUTES = [`GET ${TOKEN_PATH}`, `POST ${TOKEN_PATH}`] as const;

/** The doors as a table of patterns, ready for a request's path. */
const ROUTES = Object.entries(DOORS).map(([route, protocol]) => {
  const [method = '', path = ''] = route.split(' ');
  const pattern = new RegExp(`^${path.replace('{role}', '[^/]+').replaceAll('.', '\\.')}$`);
  return { method, path: pattern, protocol };
});

type Route = (typeof ROUTES)[number];

/** A path that has a door is its door's, whatever the method. */
function findRoute({ method, path }: HttpRequest): Route | undefined {
  let other: Route | undefined;
  for (const route of ROUTES) {
    if (!route.path.test(path)) continue;
    if (route.method === method) return route;
    other ??= route;
  }
  return other;
}

function toBrokerError(error: unknown): BrokerError {
  return error instanceof BrokerError ? error : new BrokerError('internal_error', { cause: error });
}

function reportIfBroken({ onFault }: Broker, error: BrokerError, decisionId: string): void {
  if (isBroken(error.code)) onFault(error, decisionId);
}

function createVoice(broker: Broker): Voice {
  const { url, audience, discovery, now } = broker;
  return { url: discovery.pages ?? url, audience, now: now() };
}

/** Parses and exchanges; what cannot be read ends as an exchange that failed. */
async function exchangeAtDoor(
  broker: Broker,
  { method, protocol }: Route,
  request: HttpRequest,
  visit: Visit,
): Promise<Outcome> {
  try {
    if (request.method !== method) throw new BrokerError('method_not_allowed');
    return await runExchange(broker.parts, protocol.parse(request, broker.url), visit);
  } catch (error) {
    return createFailure(beginVisit(visit), toBrokerError(error));
  }
}

/** Whoever cannot be told later whose session this is still has it: a store that is away keeps no credential back. */
async function rememberCaller(broker: Broker, outcome: Outcome): Promise<void> {
  try {
    await rememberIdentity(broker.identities, outcome);
  } catch (error) {
    reportIfBroken(broker, toBrokerError(error), outcome.reached.decisionId);
  }
}

async function answerAtDoor(broker: Broker, route: Route, request: HttpRequest): Promise<HttpAnswer> {
  const { sourceAddress } = request;
  const { protocol: door } = route;
  const { name: protocol, reusesToken } = door;
  const visit = { decisionId: broker.randomId(), protocol, reusesToken, now: broker.now(), sourceAddress };
  const outcome = await recordOutcome(broker, await exchangeAtDoor(broker, route, request, visit));
  if (outcome.kind === 'failed') reportIfBroken(broker, outcome.error, visit.decisionId);
  if (door.identities) await rememberCaller(broker, outcome);
  return door.render(drawAnswer(outcome), request, createVoice(broker));
}

function createRefusedAnswer(code: Code, decisionId: string): Answer {
  const { says } = CODES[code];
  const nothing = { at: undefined, claims: [], contact: undefined, nearRole: undefined };
  return { kind: 'refused', decisionId, code, says, ...nothing };
}

function refusePath(code: Code, broker: Broker, request: HttpRequest): HttpAnswer {
  return oauth.render(createRefusedAnswer(code, broker.randomId()), request, createVoice(broker));
}

/** Whose session it is, by a door that has been asked that. It is no exchange: nothing is issued and nothing audited. */
async function answerIdentity(
  broker: Broker,
  { protocol: door }: Route,
  request: HttpRequest,
): Promise<HttpAnswer | undefined> {
  const asked = door.identities?.asked(request);
  if (!door.identities || asked === undefined) return undefined;
  const decisionId = broker.randomId();
  try {
    const { identities, parts, questions } = broker;
    questions.admit(request.sourceAddress, broker.now());
    const known = { identities, switches: parts.switches };
    const identity = await findIdentity(known, asked, broker.now());
    return door.identities.render({ kind: 'identified', decisionId, identity });
  } catch (error) {
    const fault = toBrokerError(error);
    reportIfBroken(broker, fault, decisionId);
    const refusal = { ...createRefusedAnswer(fault.code, decisionId), retryAfter: fault.retryAfter };
    return door.render(refusal, request, createVoice(broker));
  }
}

/**
 * Answers one HTTP request, whichever host brought it: parse → exchange → audit → render. The one route
 * table that the laptop and Lambda share. Never throws.
 */
export async function serve(broker: Broker, request: HttpRequest): Promise<HttpAnswer> {
  if (broker.tokenDoor && request.path === TOKEN_PATH) return answerTokenRequest(broker.tokenDoor, request);
  const route = findRoute(request);
  if (route) return (await answerIdentity(broker, route, request)) ?? answerAtDoor(broker, route, request);
  try {
    return (await answerDiscovery(broker.discovery, request)) ?? refusePath('path_unknown', broker, request);
  } catch (cause) {
    broker.onFault(new BrokerError('internal_error', { cause }), '-');
    return refusePath('internal_error', broker, request);
  }
}
