import { CODES } from '../errors.ts';
import { containerOperation } from './operations/container.ts';
import { gitOperation } from './operations/git.ts';
import { oauthOperation } from './operations/oauth.ts';
import type { ApiOperation } from './operations/operation.ts';
import { registryTokenByGet, registryTokenByPost } from './operations/registry.ts';
import { presignedOperation, stsOperation } from './operations/sts.ts';
import { TOKEN_PATH } from './registry.ts';

const STS = { post: stsOperation, get: presignedOperation };

/** The doors; a test holds them against those that are served. */
const DOORS: { readonly [path: string]: { readonly [method: string]: ApiOperation } } = {
  '/token': { post: oauthOperation },
  '/v1/token': { post: oauthOperation },
  '/credentials/{role}': { get: containerOperation },
  '/git/{role}': { post: gitOperation },
  [TOKEN_PATH]: { get: registryTokenByGet, post: registryTokenByPost },
  '/': STS,
  '/aws/sts': STS,
  '/aws/sts/': STS,
};

function describePage(path: string): object {
  return {
    get: {
      summary: `The page ${path}`,
      parameters: path.includes('{code}')
        ? [{ name: 'code', in: 'path', required: true, schema: { enum: Object.keys(CODES) } }]
        : [],
      responses: { 200: { description: 'The page.' }, 404: { description: 'There is no such page.' } },
    },
  };
}

/** The description of every door and page, in OpenAPI 3.1. A test holds it against what is answered. */
export function describeApi(url: string, pages: readonly string[]): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'kite-sts',
      version: '1',
      description: 'A security token service for CI: an OIDC token in, short-lived scoped credentials out.',
    },
    servers: [{ url }],
    paths: { ...DOORS, ...Object.fromEntries(pages.map(path => [path, describePage(path)])) },
  };
}
