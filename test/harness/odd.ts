import fc, { type Arbitrary } from 'fast-check';

/** A text as the pieces between which it may be cut, with these characters at their ends. */
function piecesOf(text: string, seams: RegExp): string[] {
  return text.split(seams).filter(each => each !== '');
}

type Edit = {
  readonly at: number;
  readonly what: 'drop' | 'double' | 'swap' | 'put' | 'inside';
  readonly word: string;
};

function edited(pieces: readonly string[], { at, what, word }: Edit): string[] {
  const index = at % (pieces.length || 1);
  const here = pieces[index] ?? '';
  const rest = pieces.slice(index + 1);
  const before = pieces.slice(0, index);
  if (what === 'drop') return [...before, ...rest];
  if (what === 'double') return [...before, here, here, ...rest];
  if (what === 'swap') return [...before, ...rest.slice(0, 1), here, ...rest.slice(1)];
  if (what === 'put') return [...before, word, here, ...rest];
  const half = at % (here.length + 1);
  return [...before, here.slice(0, half) + word + here.slice(half), ...rest];
}

/** Valid texts with pieces left out, doubled or swapped, and words of the format put between or into them. */
export function oddVersions(
  texts: readonly string[],
  words: readonly string[],
  seams = /(?<=[\s,:{}[\]&=.])/,
): Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom(...texts),
      fc.array(
        fc.record({
          at: fc.nat(10_000),
          what: fc.constantFrom('drop', 'double', 'swap', 'put', 'put', 'inside'),
          word: fc.constantFrom(...words),
        }),
        { maxLength: 4 },
      ),
    )
    .map(([text, edits]) => edits.reduce<string[]>(edited, piecesOf(text, seams)).join(''));
}

const NUMBERS =
  '0 1 -1 1.5 -0 1.0 1e3 1e400 1e-400 0.5e1 9007199254740991 9007199254740993 01 .5 +1 1. - NaN 0x1'.split(
    ' ',
  );
const CHARACTERS = ['a', 'b', 'ü', '𝒳', '\\n', '\\"', '\\u0000', '\\u0061', '\\ud83d\\ude00'];
const BROKEN = ['\\ud800', '\\udc00\\ud800', '\\u200b', '\\x', '\\u12', '\u0001', '\n', '"'];
const NAMES = ['a', 'b', 'c', 'd', '\\u0061', '__proto__', 'constructor', '', '\\ud800', '\\u202e'];

function mostly<T>(usual: Arbitrary<T>, seldom: Arbitrary<T>): Arbitrary<T> {
  return fc.oneof({ arbitrary: usual, weight: 20 }, { arbitrary: seldom, weight: 1 });
}

const space = mostly(fc.constantFrom('', '', ' ', '\n', '\r\n\t'), fc.constantFrom('\f', '\u00a0', '\ufeff'));
const string = fc
  .array(mostly(fc.constantFrom(...CHARACTERS), fc.constantFrom(...BROKEN)), { maxLength: 4 })
  .map(pieces => `"${pieces.join('')}"`);
const name = mostly(
  fc.constantFrom(...NAMES).map(each => `"${each}"`),
  fc.constantFrom('a', "'a'", '1', 'null'),
);

type Json = { value: string; list: string; map: string; deep: string };

/** JSON from its grammar: with duplicates, deep nesting, odd numbers and halves of surrogate pairs. */
export const oddJson: Arbitrary<string> = fc.letrec<Json>(tie => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.oneof(fc.constantFrom('null', 'true', 'false', '"a"'), string, fc.constantFrom(...NUMBERS)),
    tie('list'),
    tie('map'),
    tie('deep'),
  ),
  list: fc
    .tuple(
      fc.array(tie('value'), { maxLength: 4 }),
      space,
      mostly(fc.constant(','), fc.constantFrom(',,', ' ')),
    )
    .map(([items, gap, comma]) => `[${gap}${items.join(comma + gap)}]`),
  map: fc
    .tuple(
      fc.array(fc.tuple(name, space, tie('value')), { maxLength: 4 }),
      mostly(fc.constant(''), fc.constant(',')),
    )
    .map(
      ([pairs, end]) =>
        `{${pairs.map(([key, gap, value]) => `${key}${gap}:${gap}${value}`).join(',')}${end}}`,
    ),
  deep: fc
    .tuple(fc.integer({ min: 10, max: 17 }), tie('value'))
    .map(([depth, value]) => `${'['.repeat(depth)}${value}${']'.repeat(depth)}`),
})).value;

/** The JSON text of an object with odd values for some of its own, and members of odd names added or doubled. */
export function oddObject(
  members: object,
  odd: readonly [string, ...string[]],
  names: readonly string[],
): Arbitrary<string> {
  const texts = Object.entries(members).map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
  );
  const value = fc.oneof(fc.constantFrom(...odd), oddJson);
  const added = fc.oneof(fc.constantFrom(...names.map(each => `"${each}"`)), name);
  const replaced = fc.tuple(fc.constantFrom(...Object.keys(members)), value, fc.boolean());
  return fc
    .tuple(fc.array(replaced, { maxLength: 2 }), fc.array(fc.tuple(added, value), { maxLength: 1 }))
    .map(([changes, more]) => {
      const kept = changes.reduce<string[]>((all, [key, json, twice]) => {
        const start = `${JSON.stringify(key)}:`;
        const others = twice && json.length % 4 === 0 ? all : all.filter(each => !each.startsWith(start));
        return [...others, start + json];
      }, texts);
      return `{${[...kept, ...more.map(pair => pair.join(':'))].join(',')}}`;
    });
}
