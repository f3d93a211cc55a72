import { randomBytes } from 'node:crypto';
import type { Endpoint } from '../policy/endpoint.ts';
import type { HttpAnswer, HttpRequest } from '../protocols/protocol.ts';
import type { CloudMoment } from './google.ts';
import { answerWithJson, readFormBody, refuseOauth } from './json.ts';
import {
  type PresentedClaims,
  type PresentedFault,
  type PresentedToken,
  verifyPresented,
} from './presented.ts';

/** The members of a request, whether it was a form or JSON. */
type Members = { readonly [name: string]: string };

/** A service by its documentation: what it checks, and how it answers. */
type FederatedService = {
  /** Host and path. */
  readonly at: RegExp;
  readonly body: 'form' | 'json';
  readonly headers?: { readonly [name: string]: string };
  /** Every member that it knows, and what each must look like; one that may be left out takes the empty text. */
  readonly members: { readonly [name: string]: RegExp };
  /** Which member is our JWT. */
  readonly token: 'subject_token' | 'assertion' | 'client_assertion';
  readonly prefix: string;
  /** Seconds that its token lives. */
  readonly life: (claims: PresentedClaims, now: number) => number;
  /** Beside the token, its type and its life. */
  readonly more: (asked: Members) => { readonly [name: string]: unknown };
};

const URN = 'urn:ietf:params:oauth:';
const EXCHANGE = new RegExp(`^${URN}grant-type:token-exchange$`);
const JWT = new RegExp(`^${URN}token-type:jwt$`);
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const ANY = /^.+$/s;
const ISSUED = { issued_token_type: `${URN}token-type:access_token` };

function countSecondsLeft(claims: PresentedClaims, now: number): number {
  return Number(claims['exp']) - Math.floor(now);
}

const EXCHANGED = { grant_type: EXCHANGE, subject_token: ANY, subject_token_type: JWT };

const SERVICES: readonly FederatedService[] = [
  {
    // https://docs.databricks.com/aws/dev-tools/auth/oauth-federation-exchange: its life is drawn from that of the JWT.
    at: /^([a-z0-9.-]+\.(cloud\.databricks\.com|azuredatabricks\.net|gcp\.databricks\.com)\/oidc\/v1\/token|accounts\.[a-z.]+\/oidc\/accounts\/[\da-f-]{36}\/v1\/token)$/,
    body: 'form',
    members: { ...EXCHANGED, client_id: UUID, scope: /^all-apis$/ },
    token: 'subject_token',
    prefix: 'eyJ',
    life: countSecondsLeft,
    more: ({ scope }) => ({ ...ISSUED, scope }),
  },
  {
    // https://developers.openai.com/api/reference/workload-identity-federation: a scope of the request grants nothing.
    at: /^auth\.openai\.com\/oauth\/token$/,
    body: 'json',
    members: { ...EXCHANGED, identity_provider_id: ANY, service_account_id: ANY },
    token: 'subject_token',
    prefix: 'local-openai-',
    life: () => 3600,
    more: () => ISSUED,
  },
  {
    // https://platform.claude.com/docs/en/manage-claude/wif-reference
    at: /^api\.anthropic\.com\/v1\/oauth\/token$/,
    body: 'json',
    headers: { 'anthropic-beta': 'oidc-federation-2026-04-01' },
    members: {
      grant_type: new RegExp(`^${URN}grant-type:jwt-bearer$`),
      assertion: ANY,
      federation_rule_id: /^fdrl_\w+$/,
      organization_id: UUID,
      service_account_id: /^svac_\w+$/,
      workspace_id: /^(default|wrkspc_\w+)?$/,
    },
    token: 'assertion',
    prefix: 'sk-ant-oat01-',
    life: () => 3600,
    more: () => ({ scope: 'workspace:developer' }),
  },
  {
    // https://openrouter.ai/docs/guides/overview/auth/workload-identity-federation: 15 minutes, never beyond the JWT.
    at: /^openrouter\.ai\/api\/v1\/oauth\/token$/,
    body: 'form',
    members: { ...EXCHANGED, federation_policy_id: UUID, scope: /^(inference)?$/ },
    token: 'subject_token',
    prefix: 'local-openrouter-',
    life: (claims, now) => Math.min(900, countSecondsLeft(claims, now)),
    more: () => ({ ...ISSUED, scope: 'inference' }),
  },
];

const FAULTS: { readonly [fault in PresentedFault]: string } = {
  malformed: 'The token is no JWT.',
  key_unknown: 'No signing key of the JWKS has that id.',
  signature_wrong: 'The signature of the token is invalid.',
  issuer_differs: 'No federation trusts this issuer.',
  audience_differs: 'No federation has this audience.',
  expired: 'The token is expired.',
  not_yet_valid: 'The token is not yet valid.',
  claims_wrong: 'The subject of the token does not match.',
};

function readRequestMembers(service: FederatedService, request: HttpRequest): Members | undefined {
  const type = request.headers['content-type'] ?? '';
  if (service.body === 'form') {
    const form = readFormBody(request);
    const once = new Set(form.keys()).size === [...form.keys()].length;
    return once && type === 'application/x-www-form-urlencoded' ? Object.fromEntries(form) : undefined;
  }
  if (type !== 'application/json') return undefined;
  try {
    return Object(JSON.parse(Buffer.from(request.body).toString('utf8'))) as Members;
  } catch {
    return undefined;
  }
}

function findRequestFault(service: FederatedService, members: Members): string | undefined {
  const unknown = Object.keys(members).find(name => !Object.hasOwn(service.members, name));
  if (unknown !== undefined) return `${unknown} is not known.`;
  const wrong = Object.entries(service.members).find(([name, form]) => !form.test(members[name] ?? ''));
  return wrong && `${wrong[0]} is missing or malformed.`;
}

/** An endpoint of your own is asked as its row says, and nothing else is known of it. */
function describeOwn(endpoint: Endpoint): FederatedService {
  const { url, grant, body, parameters, slots, headers } = endpoint;
  const named = [...Object.keys(parameters), ...Object.keys(slots)].map(name => [name, /^.*$/s]);
  const granted = {
    token_exchange: { token: 'subject_token', members: EXCHANGED },
    jwt_bearer: {
      token: 'assertion',
      members: { grant_type: new RegExp(`^${URN}grant-type:jwt-bearer$`), assertion: ANY },
    },
    client_credentials: {
      token: 'client_assertion',
      members: {
        grant_type: /^client_credentials$/,
        client_assertion_type: new RegExp(`^${URN}client-assertion-type:jwt-bearer$`),
        client_assertion: ANY,
      },
    },
  } as const;
  const { token, members } = granted[grant];
  return {
    at: new RegExp(`^${url.slice('https://'.length).replaceAll(/[.\\]/g, '\\$&')}$`),
    body,
    headers,
    members: { ...Object.fromEntries(named), scope: /^.*$/s, ...members },
    token,
    prefix: 'local-',
    life: () => 3600,
    more: ({ scope }) => (grant === 'token_exchange' ? { ...ISSUED, scope } : { scope }),
  };
}

/** The set-up at the services: the rows of broker.yml as they are now, whose audiences they expect. */
export type KnownEndpoints = () => Iterable<Endpoint>;

/** Answers as a service that federates, where a row of broker.yml leads to it; undefined where none does. */
export type LocalEndpoints = (
  to: string,
  request: HttpRequest,
  at: CloudMoment,
) => Promise<HttpAnswer> | undefined;

/** Several rows may lead to one URL: a service knows each by its audience. */
async function checkToken(
  token: string,
  rows: readonly Endpoint[],
  at: CloudMoment,
): Promise<PresentedToken> {
  let checked: PresentedToken = { fault: 'malformed' };
  for (const { audience } of rows) {
    checked = await verifyPresented(token, { ...at, audience });
    if ('claims' in checked || checked.fault !== 'audience_differs') return checked;
  }
  return checked;
}

/** The members of a request as the service asks for them, or its refusal. */
function readServiceRequest(
  service: FederatedService,
  request: HttpRequest,
): { readonly members: Members } | { readonly refused: HttpAnswer } {
  const refuse = (says: string) => ({ refused: refuseOauth('invalid_request', says) });
  const wanted = Object.entries(service.headers ?? {});
  const lacking = wanted.find(([name, value]) => request.headers[name] !== value);
  if (lacking) return refuse(`The header ${lacking[0]} is missing.`);
  const members = readRequestMembers(service, request);
  if (!members) return refuse('The body cannot be read.');
  const wrong = findRequestFault(service, members);
  return wrong === undefined ? { members } : refuse(wrong);
}

/** Answers as this service does; the ids of JWTs that bought a token are kept in `used`. */
async function answerAs(
  service: FederatedService,
  rows: readonly Endpoint[],
  request: HttpRequest,
  at: CloudMoment,
  used: Set<string>,
): Promise<HttpAnswer> {
  const read = readServiceRequest(service, request);
  if ('refused' in read) return read.refused;
  const { members } = read;
  const checked = await checkToken(members[service.token] ?? '', rows, at);
  if ('fault' in checked) return refuseOauth('invalid_grant', FAULTS[checked.fault]);
  const { jti } = checked.claims;
  if (typeof jti !== 'string' || used.has(jti))
    return refuseOauth('invalid_grant', 'Its jti was already used.');
  used.add(jti);
  return answerWithJson(200, {
    access_token: `${service.prefix}${randomBytes(24).toString('base64url')}`,
    token_type: 'Bearer',
    expires_in: service.life(checked.claims, at.now),
    ...service.more(members),
  });
}

/**
 * Services that federate, by the documentation of each: they refuse what the real ones refuse, a JWT that was used before
 * among it, and what they hand out opens nothing.
 */
export function createLocalEndpoints(known: KnownEndpoints): LocalEndpoints {
  const used = new Set<string>();
  return (to, request, at) => {
    const rows = [...known()].filter(({ url }) => url === `https://${to}`);
    const [row] = rows;
    if (!row || request.method !== 'POST') return undefined;
    const service = SERVICES.find(each => each.at.test(to)) ?? describeOwn(row);
    return answerAs(service, rows, request, at, used);
  };
}
