import { KINDS } from '../language/kinds.ts';
import { suggestWord } from '../language/nearest.ts';
import { registrySchema } from '../language/registry.ts';
import type { Schema } from '../language/shape.ts';

type Properties = { readonly [name: string]: Schema };

function listProperties(schema: Schema): Properties {
  return (schema['properties'] ?? {}) as Properties;
}

/** Members that say what a registry opens. Whom it lets in is for `never`, `only` and `issuers`. */
const OPENED = ['audience', 'path', 'kind', 'methods'];

const registry: Schema = {
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(listProperties(registrySchema)).filter(([name]) => OPENED.includes(name)),
  ),
};

const ROOT: Schema = {
  type: 'object',
  properties: {
    ...Object.fromEntries(Object.entries(KINDS).map(([kind, { schema }]) => [kind, schema])),
    registry,
  },
};

/**
 * Finds why a member of `targets` can be in no role and no registry, by the shapes that read them; undefined when it
 * can. Elements of lists have no names of their own: the path goes through them.
 */
export function findTargetFault(path: readonly string[]): string | undefined {
  if (path.length < 2) return `A target is a kind and a member, such as aws.role_arn.${suggestKind(path[0])}`;
  return findPathFault(ROOT, path, []);
}

function suggestKind(kind = ''): string {
  return suggestWord(kind, Object.keys(listProperties(ROOT)));
}

function findPathFault(
  schema: Schema,
  path: readonly string[],
  above: readonly string[],
): string | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return undefined;
  const choices = schema['anyOf'] as Schema[] | undefined;
  if (choices) return findFaultInAll(choices, path, above);
  if (schema['type'] === 'array') return findPathFault((schema['items'] ?? {}) as Schema, path, above);
  const properties = listProperties(schema);
  const known = Object.keys(properties);
  if (name === '*' && known.length > 0)
    return findFaultInAll(Object.values(properties), rest, [...above, name]);
  const next = Object.hasOwn(properties, name) ? properties[name] : schema['additionalProperties'];
  if (next !== undefined && next !== false) return findPathFault(next as Schema, rest, [...above, name]);
  // A mapping that is passed on as data names nothing of its own.
  if (schema['type'] === 'object' && known.length === 0) return undefined;
  const where = above.length === 0 ? 'no kind' : `no member of ${above.join('.')}`;
  return `"${name}" is ${where}.${suggestWord(name, known)}`;
}

/** A fault only where none of these takes the path. */
function findFaultInAll(
  schemas: readonly Schema[],
  path: readonly string[],
  above: readonly string[],
): string | undefined {
  const faults = schemas.map(schema => findPathFault(schema, path, above));
  return faults.includes(undefined) ? undefined : faults[0];
}
