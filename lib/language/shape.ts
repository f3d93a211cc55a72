import type { Complaints, ComplaintsAt, Rule } from './complaint.ts';
import { suggestWord } from './nearest.ts';
import { type Place, type Tree, toPlain } from './tree.ts';

/** A JSON Schema (draft-07), for editors. It may take more than `read` does, and refuses nothing that `read` takes. */
export type Schema = { readonly [keyword: string]: unknown };

/**
 * The shape of a value in a configuration file. `read` gives the value, or complains with its
 * place and gives undefined; `says` completes the sentence "Expected …"; `schema` tells the same to an editor.
 */
export type Shape<T> = {
  readonly says: string;
  readonly schema: Schema;
  read(tree: Tree, complaints: Complaints): T | undefined;
};

/** A value together with where it stands, for checks that need more than one value. */
export type Placed<T> = { readonly value: T; readonly place: Place };

type TextLimits = { min?: number; max?: number; pattern?: RegExp; says?: string };

// A schema's pattern has no flags, so one that needs to ignore case is left out.
function findPatternText(pattern: RegExp | undefined): Schema {
  return pattern && !pattern.ignoreCase ? { pattern: pattern.source } : {};
}

/** Text. Numbers and booleans are not turned into text: the file must quote them. */
export function text({ min = 1, max = 1024, pattern, says = 'text' }: TextLimits = {}): Shape<string> {
  return {
    says,
    schema: {
      type: 'string',
      ...(says === 'text' ? {} : { description: says }),
      minLength: min,
      maxLength: max,
      ...findPatternText(pattern),
    },
    read(tree, complaints) {
      const here = complaints.at(tree);
      if (tree.kind !== 'scalar' || typeof tree.value !== 'string') return here.wrongType(says);
      const { value } = tree;
      if (value.length >= min && value.length <= max && (pattern?.test(value) ?? true)) return value;
      return here.unexpected(pattern ? says : `${says} of ${min} to ${max} characters`);
    },
  };
}

/** A whole number, written as one (`900`, not `9e2` or `900.0`). */
export function integer(min: number, max: number, unit = ''): Shape<number> {
  const says = `a whole number from ${min} to ${max}${unit}`;
  return {
    says,
    schema: { type: 'integer', description: says, minimum: min, maximum: max },
    read(tree, complaints) {
      const here = complaints.at(tree);
      if (tree.kind !== 'scalar' || typeof tree.value !== 'number') return here.wrongType(says);
      if (isIntegerText(tree.source) && tree.value >= min && tree.value <= max) return tree.value;
      return here.unexpected(`${says}, found ${tree.source}`);
    },
  };
}

/** The JSON text of an integer within the safe range: the only numbers that a policy compares. */
export function isIntegerText(source: string): boolean {
  return /^(0|-?[1-9]\d{0,15})$/.test(source) && Number.isSafeInteger(Number(source));
}

export const truth: Shape<boolean> = {
  says: 'true or false',
  schema: { type: 'boolean' },
  read: (tree, complaints) =>
    tree.kind === 'scalar' && typeof tree.value === 'boolean'
      ? tree.value
      : complaints.at(tree).wrongType(truth.says),
};

/** Goes on from what a shape has read: gives a value of its own, or complains and gives undefined. */
export function refined<A, B>(
  of: Shape<A>,
  read: (value: A, here: ComplaintsAt, tree: Tree) => B | undefined,
): Shape<B> {
  return {
    says: of.says,
    schema: of.schema,
    read(tree, complaints) {
      const value = of.read(tree, complaints);
      return value === undefined ? undefined : read(value, complaints.at(tree), tree);
    },
  };
}

/** Adds a check to a shape; `wrong` gives what is wrong with the value, or undefined. */
export function checked<T>(of: Shape<T>, rule: Rule, wrong: (value: T) => string | undefined): Shape<T> {
  return refined(of, (value, here) => {
    const message = wrong(value);
    return message === undefined ? value : here.say(rule, message);
  });
}

/** Keeps the place beside the value. */
export function placed<T>(of: Shape<T>): Shape<Placed<T>> {
  return refined(of, (value, _here, { place }) => ({ value, place }));
}

// RFC 3339 with Z alone: an offset reads differently to two people on call.
const TIME = text({
  pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  says: 'a time such as 2027-01-31T12:00:00Z',
});

/** A point in time, as seconds since the epoch. */
export const time: Shape<number> = refined(TIME, (written, here) => {
  const milliseconds = Date.parse(written);
  // Date.parse rolls 2027-02-30 over to March in some forms; a date that does not read back is refused.
  if (!Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().replace('.000', '') === written)
    return milliseconds / 1000;
  return here.wrongValue(`${written} is not a date.`);
});

/** One of a closed list of words. */
export function oneOf<const W extends string>(...words: readonly W[]): Shape<W> {
  const says = words.map(word => `"${word}"`).join(' or ');
  return {
    says,
    schema: { enum: words },
    read(tree, complaints) {
      const here = complaints.at(tree);
      if (tree.kind !== 'scalar' || typeof tree.value !== 'string') return here.wrongType(says);
      const { value } = tree;
      return words.find(each => each === value) ?? here.unexpected(says, suggestWord(value, words));
    },
  };
}

/** A list of 1 to `max` entries. An empty list would mean everything or nothing, so it is refused. */
export function list<T>(of: Shape<T>, max = 100): Shape<T[]> {
  const says = `a list, each ${of.says}`;
  return {
    says,
    schema: { type: 'array', minItems: 1, maxItems: max, items: of.schema },
    read(tree, complaints) {
      const here = complaints.at(tree);
      if (tree.kind !== 'list') return here.wrongType(says);
      if (!isCountAllowed(tree.items.length, max, here)) return undefined;
      const items = tree.items.map(item => of.read(item, complaints));
      return items.every(item => item !== undefined) ? items : undefined;
    },
  };
}

function isCountAllowed(count: number, max: number, here: ComplaintsAt): boolean {
  if (count === 0) here.say('empty', 'This is empty. Fill it, or leave the key out.');
  if (count > max) here.tooMany(`There are ${count} entries`, max);
  return count > 0 && count <= max;
}

/** A mapping from names that the file chooses. It has no prototype, so no name is special. */
export function record<T>(of: Shape<T>, max = 100): Shape<Record<string, T>> {
  const says = `a mapping, each value ${of.says}`;
  return {
    says,
    schema: { type: 'object', minProperties: 1, maxProperties: max, additionalProperties: of.schema },
    read(tree, complaints) {
      const here = complaints.at(tree);
      if (tree.kind !== 'map') return here.wrongType(says);
      if (!isCountAllowed(tree.entries.length, max, here)) return undefined;
      const map: Record<string, T> = Object.create(null);
      let whole = true;
      for (const { key, value } of tree.entries) {
        const read = of.read(value, complaints);
        if (read === undefined) whole = false;
        else map[key] = read;
      }
      return whole ? map : undefined;
    },
  };
}

/** The first of the shapes whose kind of node fits: `string or { value, reason }`. */
export function either<A, B>(scalar: Shape<A>, other: Shape<B>): Shape<A | B> {
  return {
    says: `${scalar.says}, or ${other.says}`,
    schema: { anyOf: [scalar.schema, other.schema] },
    read: (tree, complaints) =>
      tree.kind === 'scalar' ? scalar.read(tree, complaints) : other.read(tree, complaints),
  };
}

/** The tree itself, for what is read by hand; `schema` is what its reader takes. */
export function raw(schema: Schema): Shape<Tree> {
  return { says: 'a value', schema, read: each => each };
}

/** A mapping that is passed on as data, untouched. */
export const data: Shape<Record<string, unknown>> = {
  says: 'a mapping',
  schema: { type: 'object' },
  read: (tree, complaints) =>
    tree.kind === 'map'
      ? (toPlain(tree) as Record<string, unknown>)
      : complaints.at(tree).wrongType('a mapping'),
};

type Member<T, R extends boolean> = { readonly shape: Shape<T>; readonly required: R };
export function required<T>(shape: Shape<T>): Member<T, true> {
  return { shape, required: true };
}
export function optional<T>(shape: Shape<T>): Member<T, false> {
  return { shape, required: false };
}

type Members = Record<string, Member<unknown, boolean>>;
type MemberValue<M> = M extends Member<infer T, boolean> ? T : never;
type ReadMembers<M extends Members> = {
  [K in keyof M as M[K] extends Member<unknown, true> ? K : never]: MemberValue<M[K]>;
} & { [K in keyof M as M[K] extends Member<unknown, true> ? never : K]?: MemberValue<M[K]> };

function createObjectSchema(members: Members): Schema {
  const demanded = Object.keys(members).filter(key => members[key]?.required);
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(Object.entries(members).map(([key, { shape }]) => [key, shape.schema])),
    ...(demanded.length > 0 ? { required: demanded } : {}),
  };
}

/** A mapping with a closed set of keys; an unknown one is named with the nearest that is known. */
export function object<M extends Members>(members: M, says = 'a mapping'): Shape<ReadMembers<M>> {
  return {
    says,
    schema: createObjectSchema(members),
    read(tree, complaints) {
      if (tree.kind !== 'map') return complaints.at(tree).wrongType(says);
      const map: Record<string, unknown> = {};
      const broken = new Set<string>();
      for (const entry of tree.entries) {
        const { key, value } = entry;
        const member = Object.hasOwn(members, key) ? members[key] : undefined;
        if (!member) complaints.at(entry).unknownKey(key, Object.keys(members));
        const read = member?.shape.read(value, complaints);
        if (read === undefined) broken.add(key);
        else map[key] = read;
      }
      for (const key of Object.keys(members)) {
        if (!members[key]?.required || key in map) continue;
        if (!broken.has(key)) complaints.at(tree).missingKey(key);
        broken.add(key);
      }
      return broken.size === 0 ? (map as ReadMembers<M>) : undefined;
    },
  };
}
