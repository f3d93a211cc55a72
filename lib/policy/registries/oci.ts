import { isBelow } from '../path.ts';
import { type Access, findRow, type GrammarRow, type Operation, type RegistryCall } from './grammar.ts';

/** All of this protocol lies here. */
export const OCI_ROOT = '/v2';

// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
const PART = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const REPOSITORY = `${PART}(?:/${PART})*`;
const DIGEST = '[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[A-Za-z0-9=_-]{32,128}';
const TAG = '[A-Za-z0-9_][\\w.-]{0,127}';

function matchExactly(text: string): RegExp {
  return new RegExp(`^(?:${text})$`);
}

/** Is this the name of a repository? */
export function isRepository(name: string): boolean {
  return name.length <= 255 && matchExactly(REPOSITORY).test(name);
}

function matchRepository(rest: string): RegExp {
  return new RegExp(`^/v2/(?<repository>${REPOSITORY})/${rest}$`);
}

const ONE_DIGEST = matchExactly(DIGEST);
/** Text that the registry itself wrote into the address of an upload. */
const STATE = /^[\w=+/.~-]{1,2048}$/;
const PAGE = { n: /^\d{1,6}$/, last: /^[\w.:/-]{1,255}$/ };

/**
 * Every request of the Distribution specification, and `_state`, which the reference registry adds to its own
 * addresses. `ns` of containerd's mirrors is not among them: it names another registry to read from.
 */
const ROWS: readonly GrammarRow[] = [
  {
    name: 'blob',
    path: matchRepository(`blobs/${DIGEST}`),
    methods: { GET: {}, HEAD: {}, DELETE: {} },
  },
  {
    name: 'manifest',
    path: matchRepository(`manifests/(?:${TAG}|${DIGEST})`),
    methods: { GET: {}, HEAD: {}, PUT: {}, DELETE: {} },
  },
  {
    name: 'begin of an upload',
    path: matchRepository('blobs/uploads/?'),
    methods: { POST: { digest: ONE_DIGEST, mount: ONE_DIGEST, from: matchExactly(REPOSITORY) } },
  },
  {
    name: 'upload',
    path: matchRepository('blobs/uploads/[\\w=-]{1,512}'),
    methods: {
      GET: { _state: STATE },
      HEAD: { _state: STATE },
      PATCH: { _state: STATE },
      PUT: { _state: STATE, digest: ONE_DIGEST },
      DELETE: { _state: STATE },
    },
  },
  {
    name: 'list of tags',
    path: matchRepository('tags/list'),
    methods: { GET: PAGE, HEAD: PAGE },
  },
  {
    name: 'list of referrers',
    path: matchRepository(`referrers/${DIGEST}`),
    methods: { GET: { artifactType: /^[\w.+/-]{1,255}$/ }, HEAD: {} },
  },
  { name: 'catalog', path: /^\/v2\/_catalog$/, methods: { GET: PAGE } },
];

/** By HTTP method, as the reference registry demands it. Whoever writes must be able to read. */
const ACTIONS: { readonly [method: string]: readonly string[] } = {
  GET: ['pull'],
  HEAD: ['pull'],
  POST: ['pull', 'push'],
  PUT: ['pull', 'push'],
  PATCH: ['pull', 'push'],
  DELETE: ['delete'],
};

function createRepositoryAccess(name: string, actions: readonly string[]): Access {
  return { type: 'repository', name, actions };
}

/** The catalog names every repository, so a token for one does not open it. */
const CATALOG: Access = { type: 'registry', name: 'catalog', actions: ['*'] };

/**
 * Reads a mount: a blob of another repository that is to be had in this one, without being sent. Whoever may not read
 * there could read it here then. `from` left out would let the registry look for the blob anywhere.
 */
function readMount(repository: string, call: RegistryCall, within: string): Operation | undefined {
  const { from, mount, digest } = Object.fromEntries(call.parameters);
  if (from === undefined || mount === undefined || digest !== undefined) return undefined;
  if (!isBelow(`${OCI_ROOT}/${from}`, within)) return undefined;
  return {
    name: `mount of a blob from ${from}`,
    needs: [call.method, 'GET'],
    access: [createRepositoryAccess(repository, ['pull', 'push']), createRepositoryAccess(from, ['pull'])],
  };
}

/** Reads a request by the protocol of container images. `within` is the path of the registry. */
export function readOci(asked: RegistryCall, within: string): Operation | undefined {
  const { method, path, parameters } = asked;
  const row = findRow(ROWS, path, asked);
  if (!row) return undefined;
  const repository = row.path.exec(path)?.groups?.['repository'];
  if (repository === undefined)
    return { name: `${method} of the catalog`, needs: [method], access: [CATALOG] };
  if (!isRepository(repository)) return undefined;
  const { from, mount } = Object.fromEntries(parameters);
  if (mount !== undefined || from !== undefined) return readMount(repository, asked, within);
  return {
    name: `${method} of a ${row.name}`,
    needs: [method],
    access: [createRepositoryAccess(repository, ACTIONS[method] ?? [])],
  };
}
