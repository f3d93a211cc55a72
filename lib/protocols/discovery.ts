import type { JWK } from 'jose';
import { CODES, type Code } from '../errors.ts';
import { GRANT_TYPE } from './oauth.ts';
import type { HttpAnswer, HttpRequest } from './protocol.ts';

/** All that others need in order to trust us, and nothing secret. */
export type Discovery = {
  readonly url: string;
  /** Where the pages of error codes are, if not below `url`: a broker on a laptop answers at another address. */
  readonly pages?: string;
  /** The audience that subject tokens are minted for unless a role says otherwise. */
  readonly audience: string;
  readonly publicKeys: () => Promise<readonly JWK[]>;
};

/** How long others may keep our keys and metadata, in seconds. */
const KEPT = 300;

function answerJson(value: unknown): HttpAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': `public, max-age=${KEPT}` },
    body: JSON.stringify(value),
  };
}

/**
 * Metadata by RFC 8414 and OpenID Connect Discovery. AWS refuses an issuer whose document lacks
 * `response_types_supported`, `subject_types_supported` or `id_token_signing_alg_values_supported`.
 */
function writeMetadata(discovery: Discovery): object {
  const { url, audience } = discovery;
  return {
    issuer: url,
    token_endpoint: `${url}/token`,
    jwks_uri: `${url}/.well-known/jwks.json`,
    grant_types_supported: [GRANT_TYPE],
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['none'],
    // Ours, as RFC 8414 §2 allows: a step reads here what to mint its token for.
    subject_token_audience: audience,
  };
}

async function explainCode(code: string, discovery: Discovery): Promise<HttpAnswer | undefined> {
  if (!Object.hasOwn(CODES, code)) return undefined;
  // As with the OpenAPI document: no credential needs it.
  const { writeErrorPage } = await import('./error-page.ts');
  return {
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': `public, max-age=${KEPT}` },
    body: writeErrorPage(code as Code, discovery.pages ?? discovery.url, discovery.audience),
  };
}

/** Where nothing answers; for a function that serves pages alone. */
export function answerNotFound(): HttpAnswer {
  return {
    status: 404,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    body: `${CODES.path_unknown.says}\n`,
  };
}

/** The pages by path; each takes GET. */
export const PAGES: { readonly [path: string]: (discovery: Discovery) => HttpAnswer | Promise<HttpAnswer> } =
  {
    '/.well-known/openid-configuration': discovery => answerJson(writeMetadata(discovery)),
    '/.well-known/oauth-authorization-server': discovery => answerJson(writeMetadata(discovery)),
    '/.well-known/jwks.json': async ({ publicKeys }) => answerJson({ keys: await publicKeys() }),
    // Loaded when asked for: a cold start that gives credentials has no use for it.
    '/openapi.json': async ({ url }) =>
      answerJson((await import('./openapi.ts')).describeApi(url, [...Object.keys(PAGES), '/errors/{code}'])),
    '/health': () => ({
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
      body: 'ok\n',
    }),
  };

/** Answers a GET of metadata, keys, health or the page of an error code; undefined for any other request. */
export async function answerDiscovery(
  discovery: Discovery,
  request: HttpRequest,
): Promise<HttpAnswer | undefined> {
  const { method, path } = request;
  if (method !== 'GET') return undefined;
  const page = Object.hasOwn(PAGES, path) ? PAGES[path] : undefined;
  return page ? page(discovery) : explainCode(path.replace(/^\/errors\//, ''), discovery);
}
