import { createLocalClouds } from '../../lib/local/clouds.ts';
import { createThrowawayIssuer } from '../../lib/local/issuer.ts';
import { createLocalRegistries } from '../../lib/local/registry.ts';
import { listenLocally } from '../../lib/local/server.ts';
import { tokenClaims } from '../harness/issuer.ts';
import { idleLives } from '../harness/job-events.ts';
import { PLENTY } from '../harness/limits.ts';
import { BUILDKITE, NOW } from '../harness/policy.ts';
import {
  CLAIMS,
  FLAT,
  IMAGES,
  registryFrom,
  type TestAuthorizer,
  testAuthorizer,
} from '../harness/registry.ts';
import { type Attack, attack } from './harness.ts';

/** Another team's, at the same host. */
const THEIRS = registryFrom(
  `audience: https://packages.test.example/their-org/images\npath: /v2/their-org\nmethods: { GET: read_packages, POST: write_packages }\ntrust:\n  - { iss: ${BUILDKITE}, scopes: [read_packages, write_packages], claims: { organization_slug: their-org } }\n`,
);
const ONE = { aud: IMAGES, organization_slug: 'your-org', pipeline_slug: 'one-pipeline' };
const UPLOADS = '/v2/your-org/web/blobs/uploads/';
const MANIFEST = '/v2/your-org/web/manifests/latest';
const DIGEST = `sha256:${'0'.repeat(64)}`;

type Changes = { readonly [name: string]: unknown };

/** A registry of images behind what a deployment answers, and its token door: with a token that may read and push. */
type Door = Pick<TestAuthorizer, 'issuer' | 'clock'> & {
  /** `passed`, or the code of the refusal. */
  use(line: string, token: string, headers?: { readonly [name: string]: string }): Promise<string>;
  mint(changes?: Changes, header?: Changes): Promise<string>;
  /** A token of the token door for this scope. */
  get(scope: string): Promise<string>;
  raw(path: string, request: RequestInit): Promise<string>;
};

function codeIn(body: string): string | undefined {
  try {
    return (JSON.parse(body) as { code?: string }).code;
  } catch {
    return undefined;
  }
}

/** An attack at a door of its own, so that none helps or hinders another. */
function atDoor(of: string, tried: string, got: string, send: (door: Door) => Promise<string>): Attack {
  return attack(of, tried, got, async () => {
    const registries = [FLAT, { ...CLAIMS, name: 'images' }, { ...THEIRS, name: 'theirs' }];
    const limits = { ...PLENTY, refusals: { perMinute: 6, burst: 20 } };
    const { authorizer, broker, issuer, signer, clock } = await testAuthorizer(registries, { limits });
    const beside = {
      issuer: createThrowawayIssuer(broker.parts.rows, [], () => clock.now),
      clouds: createLocalClouds(signer),
      lives: idleLives,
      registries: createLocalRegistries(authorizer, registries),
      console: () => undefined as never,
      now: () => clock.now,
    };
    const server = await listenLocally(() => () => broker, beside, 0);
    const raw: Door['raw'] = async (path, request) => {
      const response = await fetch(`${server.url}${path}`, { redirect: 'manual', ...request });
      return (
        codeIn(await response.text()) ??
        (response.status < 300 || response.status === 404 ? 'passed' : 'refused')
      );
    };
    const mint: Door['mint'] = async (changes = {}, header = {}) =>
      issuer.sign(tokenClaims({ ...ONE, ...changes }), header);
    const get: Door['get'] = async scope => {
      const query = new URLSearchParams({ service: IMAGES, scope });
      const authorization = `Basic ${Buffer.from(`x:${await mint()}`).toString('base64')}`;
      const response = await fetch(`${server.url}/registry/token?${query}`, { headers: { authorization } });
      return String(((await response.json()) as { token?: string }).token);
    };
    const use: Door['use'] = (line, token, headers = {}) => {
      const [method = '', path = ''] = line.split(' ');
      return raw(path, { method, headers: { authorization: `Bearer ${token}`, ...headers } });
    };
    try {
      return await send({ issuer, clock, use, mint, get, raw });
    } finally {
      await server.close();
    }
  });
}

/** With a real token for one registry, at what it is not for. */
export const attacks: readonly Attack[] = [
  atDoor('D1', "a mount of another team's layer", 'request_not_understood', async ({ use, mint }) =>
    use(`POST ${UPLOADS}?mount=${DIGEST}&from=their-org/secret`, await mint()),
  ),
  atDoor(
    'D1',
    "a mount of another team's layer, by a token of the token door for both",
    'request_not_understood',
    async ({ use, get }) =>
      use(
        `POST ${UPLOADS}?mount=${DIGEST}&from=their-org/secret`,
        await get('repository:your-org/web:pull,push repository:their-org/secret:pull'),
      ),
  ),
  atDoor('D1', "another host's images, by containerd's ns", 'request_not_understood', async ({ use, mint }) =>
    use(`GET ${MANIFEST}?ns=docker.io`, await mint()),
  ),
  atDoor('D3', 'a method in a header', 'parameter_unsupported', async ({ use, mint }) =>
    use(`GET ${MANIFEST}`, await mint(), { 'x-http-method-override': 'DELETE' }),
  ),
  atDoor('D3', 'a method in the query', 'parameter_unsupported', async ({ use, mint }) =>
    use(`GET ${MANIFEST}?_method=DELETE`, await mint()),
  ),
  atDoor('T57', 'a token in the query, its name encoded', 'parameter_unsupported', async ({ raw, mint }) =>
    raw(`${MANIFEST}?%61ccess_token=${await mint()}`, {}),
  ),
  atDoor('T57', 'a token in the query of the token door', 'parameter_missing', async ({ raw, mint }) =>
    raw(`/registry/token?service=${IMAGES}&password=${await mint()}`, {}),
  ),
  atDoor('T56', "a path that leads to another team's, encoded", 'parameter_invalid', async ({ use, mint }) =>
    use('GET /v2/your-org/%2e%2e%2ftheir-org/manifests/latest', await mint()),
  ),
  atDoor('T44', "another team's registry", 'registry_refused', async ({ use, mint }) =>
    use('GET /v2/their-org/web/manifests/latest', await mint()),
  ),
  atDoor('T19', "the broker's own token", 'token_audience_differs', async ({ use, mint }) =>
    use(`GET ${MANIFEST}`, await mint({ aud: 'https://sts.test.example' })),
  ),
  atDoor('T92', 'a registry token at another registry', 'audience_not_of_role', async ({ use, get }) =>
    use('GET /v2/their-org/web/manifests/latest', await get('repository:your-org/web:pull')),
  ),
  atDoor('T92', 'a registry token for more than was asked', 'method_not_granted', async ({ use, get }) =>
    use(`POST ${UPLOADS}`, await get('repository:your-org/web:pull')),
  ),
  atDoor('T92', 'a registry token for a subject token', 'token_type_refused', async ({ raw, get }) => {
    const authorization = `Basic ${Buffer.from(`x:${await get('repository:your-org/web:pull')}`).toString('base64')}`;
    return raw(`/registry/token?service=${IMAGES}`, { headers: { authorization } });
  }),
  atDoor('T92', 'a registry token after its minute', 'token_expired', async ({ use, get, clock }) => {
    const token = await get('repository:your-org/web:pull');
    clock.now = NOW + 61;
    return use(`GET ${MANIFEST}`, token);
  }),
  atDoor(
    'T92',
    "a registry token of one's own, signed by the CI",
    'token_key_unknown',
    async ({ use, mint }) =>
      use(
        `GET ${MANIFEST}`,
        await mint(
          { iss: 'https://sts.test.example', sub: 'registry:images' },
          { typ: 'kite-sts-registry+jwt' },
        ),
      ),
  ),
  atDoor(
    'D12',
    'what is refused, again and again',
    'rate_limited, its neighbor passed',
    async ({ use, mint }) => {
      const token = await mint({ build_branch: 'topic' });
      let last = '';
      for (let n = 0; n < 21; n++) last = await use(`GET ${MANIFEST}`, token);
      const neighbor = await use(`GET ${MANIFEST}`, await mint({ pipeline_slug: 'another-pipeline' }));
      return `${last}, its neighbor ${neighbor}`;
    },
  ),
];
