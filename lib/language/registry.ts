import type { IssuerFacts } from '../policy/issuer.ts';
import { isBelow, isPlainPath } from '../policy/path.ts';
import { OCI_ROOT } from '../policy/registries/oci.ts';
import { findDefaultKind, KINDS } from '../policy/registries/read.ts';
import type { Registry } from '../policy/registry.ts';
import type { Statement } from '../policy/statement.ts';
import { audienceShape, compileAudience } from './audience.ts';
import type { Complaints } from './complaint.ts';
import { parseMapping } from './parse.ts';
import { contact } from './role.ts';
import { checked, object, oneOf, optional, type Placed, raw, required, text } from './shape.ts';
import { scopeText, statementsSchema } from './statement.ts';
import { compileScopes, compileStatements, readIssuers } from './statements.ts';
import { findEntry, type MapTree } from './tree.ts';

/** One registry file, read but not yet compiled. */
export type RegistryDocument = { readonly name: string; readonly tree: MapTree };

// RFC 9110 §9.3, without CONNECT and TRACE, which no registry has. A closed list, so that `get` is told and not mute.
const METHODS = object(
  {
    GET: optional(scopeText),
    HEAD: optional(scopeText),
    POST: optional(scopeText),
    PUT: optional(scopeText),
    PATCH: optional(scopeText),
    DELETE: optional(scopeText),
    OPTIONS: optional(scopeText),
  },
  'a mapping of HTTP methods to scopes',
);

const PATH = checked(text({ max: 256, says: 'a path such as /npm' }), 'wrong-value', path =>
  isPlainPath(path) && path !== '/' && !path.endsWith('/')
    ? undefined
    : 'A path begins with / and does not end with it, such as /npm, of letters, digits, . _ ~ @ + and -.',
);

const REGISTRY = object({
  description: optional(text()),
  contact: optional(contact),
  audience: required(audienceShape),
  path: required(PATH),
  kind: optional(oneOf(...KINDS)),
  trust: required(raw(statementsSchema)),
  deny: optional(raw(statementsSchema)),
  methods: required(METHODS),
});

/** A registry file, for editors. */
export const registrySchema = REGISTRY.schema;

/** Reads the text of one registry file. Complaints name `file`; undefined when there is nothing to compile. */
export function parseRegistry(
  name: string,
  file: string,
  source: string,
  complaints: Complaints,
): RegistryDocument | undefined {
  const tree = parseMapping(file, source, complaints, 'a mapping with audience, path, methods and trust');
  return tree && { name, tree };
}

/** An authorizer looks up nothing of a job, so what a row demands of every role would silently not be demanded here. */
function complainOfRunning(
  trust: readonly Placed<Statement>[],
  issuers: ReadonlyMap<string, IssuerFacts>,
  complaints: Complaints,
): void {
  for (const statement of trust) {
    const { issuer } = statement.value;
    const says = `The row of ${issuer} says running: true, and a registry cannot ask whether a job runs. Say running: true in each role instead.`;
    if (issuers.get(issuer)?.running) complaints.at(statement).say('demand-refused', says);
  }
}

/** Checks what the shape of a registry does not say: some method, and for images a path where clients look. */
function checkRegistry(tree: MapTree, kind: Registry['kind'], path: string, complaints: Complaints): void {
  const methods = findEntry(tree, 'methods')?.value;
  if (methods?.kind === 'map' && methods.entries.length === 0)
    complaints.at(methods).say('empty', 'With no methods nothing could be done. Name some, such as GET.');
  if (kind === 'oci' && path !== '' && !isBelow(path, OCI_ROOT))
    complaints
      .at(findEntry(tree, 'path')?.value ?? tree)
      .wrongValue('Clients look for images below /v2 alone. Give it a path such as /v2/acme.');
}

/**
 * Compiles a registry, or complains of everything that is wrong with it and gives undefined. Its trust policy has
 * the rules of a role's; each trust statement needs scopes, but for the flat form, which reads and writes.
 */
export function compileRegistry(
  document: RegistryDocument,
  issuers: ReadonlyMap<string, IssuerFacts>,
  complaints: Complaints,
): Registry | undefined {
  const { name, tree } = document;
  const before = complaints.all.length;
  const read = REGISTRY.read(tree, complaints);
  const statements = compileStatements(tree, issuers, complaints);
  complainOfRunning(statements.trust, issuers, complaints);
  const demand = { of: 'a registry', scopes: 'required', listed: undefined } as const;
  const trust = compileScopes(statements.trust, demand, complaints);
  const deny = statements.deny.map(({ value }) => value);
  const audience = read && compileAudience(read.audience, complaints);
  const { description, contact, path = '', methods = {} } = read ?? {};
  const kind = read?.kind ?? findDefaultKind(path);
  checkRegistry(tree, kind, path, complaints);
  if (audience === undefined || complaints.all.length > before) return undefined;
  const facts = readIssuers([...trust, ...deny], issuers, true);
  return { name, description, contact, audience, path, kind, trust, deny, methods, issuers: facts };
}
