import { isBelow } from '../path.ts';
import { findRow, type GrammarRow, type Operation, type RegistryCall } from './grammar.ts';
import { NPM_ROWS } from './npm.ts';
import { OCI_ROOT, readOci } from './oci.ts';
import { readQuery } from './query.ts';

/** The protocols that a registry can say it speaks. */
export const KINDS = ['oci', 'npm', 'pypi', 'maven', 'generic'] as const;
export type RegistryKind = (typeof KINDS)[number];

/** As much of a request as says what it does. */
export type RegistryRequest = { readonly method: string; readonly path: string; readonly query: string };

const ANY = /^/;
const READ = { GET: {}, HEAD: {} };

/** pip reads pages and files; twine sends to the root, and the body says what that does. */
const PYPI_ROWS: readonly GrammarRow[] = [
  { name: 'page or file', path: /^\/./, methods: READ },
  { name: 'root', path: /^\/?$/, methods: { ...READ, POST: {} } },
];
/** As pypi.org has it: below /legacy/ alone something else can be sent. */
const PYPI_LEGACY: GrammarRow = { name: 'upload', path: /^\/legacy\/?$/, methods: { POST: {} } };

const MAVEN_ROWS: readonly GrammarRow[] = [
  { name: 'file', path: ANY, methods: { ...READ, PUT: {}, DELETE: {} } },
];

/** By path and method alone, without any parameter. */
const GENERIC_ROWS: readonly GrammarRow[] = [
  {
    name: 'resource',
    path: ANY,
    methods: { ...READ, POST: {}, PUT: {}, PATCH: {}, DELETE: {}, OPTIONS: {} },
  },
];

const NUMBER = /^\d{1,9}$/;
/** These choose how much of an answer one gets, and from where on. */
const HARMLESS = { page: NUMBER, per_page: NUMBER, limit: NUMBER, offset: NUMBER, size: NUMBER, n: NUMBER };
/** Where a registry says nothing of itself: what is known of no registry to reach anything else. */
const UNNAMED_ROWS: readonly GrammarRow[] = [
  {
    name: 'resource',
    path: ANY,
    methods: {
      GET: { ...HARMLESS, write: /^true$/ },
      HEAD: HARMLESS,
      POST: {},
      PUT: {},
      PATCH: {},
      DELETE: {},
      OPTIONS: {},
    },
  },
];

function findRows(kind: Exclude<RegistryKind, 'oci'> | undefined, call: RegistryCall): readonly GrammarRow[] {
  if (kind === undefined) return UNNAMED_ROWS;
  if (kind === 'pypi') return call.method === 'POST' ? [PYPI_LEGACY, ...PYPI_ROWS.slice(1)] : PYPI_ROWS;
  return { npm: NPM_ROWS, maven: MAVEN_ROWS, generic: GENERIC_ROWS }[kind];
}

/** Guesses the protocol from the path: container images below /v2, unless the registry says otherwise. */
export function findDefaultKind(path: string): RegistryKind | undefined {
  return isBelow(path, OCI_ROOT) ? 'oci' : undefined;
}

/**
 * Says what a request does at a registry of this kind, by its method, path and query together. Undefined for what the
 * kind does not know: whoever reads more out of it than we do would be let in by us.
 */
export function readOperation(
  registry: { readonly kind: RegistryKind | undefined; readonly path: string },
  request: RegistryRequest,
): Operation | undefined {
  const { kind, path: within } = registry;
  const { method, path, query } = request;
  const parameters = readQuery(query);
  if (!parameters || !isBelow(path, within)) return undefined;
  const asked: RegistryCall = { method, path, below: path.slice(within.length), parameters };
  if (kind === 'oci') return readOci(asked, within);
  const row = findRow(findRows(kind, asked), asked.below, asked);
  return row && { name: `${method} of a ${row.name}`, needs: [method], access: [] };
}
