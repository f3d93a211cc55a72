import { listJobKinds } from '../../jobs/jobs.ts';
import { ruleSchema } from '../../language/condition.ts';
import { roleSchema } from '../../language/role.ts';
import type { Schema } from '../../language/shape.ts';
import { statementSchema } from '../../language/statement.ts';
import { findCursorPlace, isInBrackets } from './cursor.ts';
import type { PageData } from './held.ts';

/** A word that can stand where the cursor is. */
export type Completion = { readonly word: string; readonly detail: string; readonly key: boolean };

/** Words that can stand there, in place of the text from this offset on. */
export type Completions = { readonly from: number; readonly words: readonly Completion[] };

const DEFINITIONS: { readonly [reference: string]: Schema } = {
  '#/definitions/statement': statementSchema,
  '#/definitions/rule': ruleSchema,
};

function resolveSchema(schema: Schema | undefined): Schema | undefined {
  const reference = schema?.['$ref'];
  return typeof reference === 'string' ? DEFINITIONS[reference] : schema;
}

/** The schema below a key, through lists, alternatives and mappings of free keys. */
function enterSchema(schema: Schema | undefined, key: string): Schema | undefined {
  const here = resolveSchema(schema);
  if (!here) return undefined;
  if (here['items']) return enterSchema(here['items'] as Schema, key);
  const properties = (here['properties'] ?? {}) as { readonly [name: string]: Schema };
  if (Object.hasOwn(properties, key)) return properties[key];
  const others = [here['anyOf'], [here['then']]].flat().filter(each => each !== undefined) as Schema[];
  const found = others.map(each => enterSchema(each, key)).find(each => each !== undefined);
  const free = here['additionalProperties'];
  return found ?? (typeof free === 'object' && free !== null ? (free as Schema) : undefined);
}

function listSchemaKeys(schema: Schema | undefined): Completion[] {
  const here = resolveSchema(schema);
  if (!here) return [];
  if (here['items']) return listSchemaKeys(here['items'] as Schema);
  const properties = Object.entries((here['properties'] ?? {}) as { readonly [name: string]: Schema });
  const own = properties.map(([word, { description }]) => ({
    word,
    detail: typeof description === 'string' ? description : '',
    key: true,
  }));
  const others = [here['anyOf'], [here['then']]].flat().filter(each => each !== undefined) as Schema[];
  return [...own, ...others.flatMap(listSchemaKeys)];
}

function listSchemaValues(schema: Schema | undefined): Completion[] {
  const here = resolveSchema(schema);
  if (here?.['items']) return listSchemaValues(here['items'] as Schema);
  const values = here?.['type'] === 'boolean' ? [true, false] : ((here?.['enum'] ?? []) as unknown[]);
  return values.map(value => ({ word: String(value), detail: '', key: false }));
}

/** The issuer of the statement that the cursor is in: the last that is named before it. */
function findIssuer(before: string, rows: PageData['rows']) {
  const [, issuer = ''] = [...before.matchAll(/\biss: *["']?([^\s"',}]+)/g)].at(-1) ?? [];
  return rows.get(issuer);
}

/** Checked of every token before any role, so that no statement need speak of them (RFC 7519 §4.1). */
const OUTSIDE: readonly string[] = ['iss', 'aud', 'exp', 'nbf', 'iat', 'jti'];

function listKeys(path: readonly string[], before: string, rows: PageData['rows']): Completion[] {
  if (path.at(-1) === 'claims') {
    const claims = Object.entries(findIssuer(before, rows)?.vocabulary?.claims ?? {});
    return claims
      .filter(([word]) => !OUTSIDE.includes(word))
      .map(([word, types]) => ({ word, detail: types.join(' or '), key: true }));
  }
  return listSchemaKeys(path.reduce<Schema | undefined>(enterSchema, roleSchema));
}

function listClosedValues(
  path: readonly string[],
  key: string,
  before: string,
  data: Pick<PageData, 'rows' | 'setting'>,
) {
  const { rows, setting } = data;
  if (key === 'iss') return [...rows.keys()].map(word => ({ word, detail: '', key: false }));
  const inKnowingly = path.at(-1) === 'knowingly' || path.at(-2) === 'knowingly';
  if (key === 'jobs' && inKnowingly)
    return listJobKinds(findIssuer(before, rows)?.preset).map(kind => ({
      word: kind.name,
      detail: kind.says,
      key: false,
    }));
  if (key === 'endpoint')
    return [...(setting.endpoints?.keys() ?? [])].map(word => ({ word, detail: '', key: false }));
  return listSchemaValues([...path, key].reduce<Schema | undefined>(enterSchema, roleSchema));
}

/** Finds the words that can stand at this offset of a role file: keys of the language, claims of the issuer, values of a closed list. */
export function completeRole(
  text: string,
  offset: number,
  data: Pick<PageData, 'rows' | 'setting'>,
): Completions {
  const before = text.slice(0, offset);
  const { path, value, from } = findCursorPlace(before);
  // Within a list in brackets, the key before it says what its items are.
  const last = path.at(-1);
  const words =
    value !== undefined
      ? listClosedValues(path, value, before, data)
      : isInBrackets(before) && last !== undefined
        ? listClosedValues(path.slice(0, -1), last, before, data)
        : listKeys(path, before, data.rows);
  return { from, words };
}
