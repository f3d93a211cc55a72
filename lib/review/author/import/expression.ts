/** At most so many texts and patterns of one expression. */
const MOST = 100;

// What any text and any one character are while an expression is read: two characters that no expression may hold.
const RUN = '\uE000';
const ONE = '\uE001';

/** Why an expression, or a part of it, cannot be said here. */
export class NotCarried extends Error {}

/** All that an expression matches as a whole. */
export type ListedExpression = {
  readonly texts: readonly string[];
  readonly patterns: readonly string[];
  /** The parts that were read more narrowly than they stand there. */
  readonly narrower: readonly string[];
};

type Cursor = {
  readonly source: readonly string[];
  at: number;
  /** How many groups are open. */
  depth: number;
  readonly narrower: Set<string>;
};

function peek(cursor: Cursor): string {
  return cursor.source[cursor.at] ?? '';
}
function readRest(cursor: Cursor): string {
  return cursor.source.slice(cursor.at).join('');
}

function requireFew(texts: readonly string[]): readonly string[] {
  if (texts.length > MOST) throw new NotCarried(`it stands for more than ${MOST} texts`);
  return texts;
}

/** Every text of `first` followed by one of `second`. */
function concatenateAll(first: readonly string[], second: readonly string[]): readonly string[] {
  if (first.length * second.length > MOST) throw new NotCarried(`it stands for more than ${MOST} texts`);
  return first.flatMap(a => second.map(b => a + b));
}

function listCharacters(first: string, last: string): string[] {
  const [from, to] = [first.codePointAt(0) ?? 0, last.codePointAt(0) ?? 0];
  if (to < from || to - from > MOST) throw new NotCarried(`[${first}-${last}] cannot be listed`);
  return Array.from({ length: to - from + 1 }, (_, index) => String.fromCodePoint(from + index));
}

/** Characters that a backslash and a letter stand for, where they can be listed. */
const CLASSES: { readonly [letter: string]: readonly string[] } = {
  d: listCharacters('0', '9'),
  w: [...listCharacters('0', '9'), ...listCharacters('A', 'Z'), ...listCharacters('a', 'z'), '_'],
};

function readEscape(cursor: Cursor): readonly string[] {
  const character = peek(cursor);
  cursor.at++;
  if (/^[!-/:-@[-`{-~]$/.test(character)) return [character];
  if (Object.hasOwn(CLASSES, character)) return CLASSES[character] ?? [];
  throw new NotCarried(`\\${character} has no counterpart`);
}

function readCharacterClass(cursor: Cursor): readonly string[] {
  const from = cursor.at;
  if (peek(cursor) === '^')
    throw new NotCarried(
      `[${readRest(cursor).split(']')[0]}] is anything but some characters: a pattern has * and ? alone`,
    );
  const found: string[] = [];
  while (peek(cursor) !== ']' || cursor.at === from) {
    const character = peek(cursor);
    cursor.at++;
    if (character === '' || character === '[') throw new NotCarried('a set in brackets was not understood');
    if (character === '\\') found.push(...readEscape(cursor));
    else if (peek(cursor) === '-' && cursor.source[cursor.at + 1] !== ']') {
      const last = cursor.source[cursor.at + 1] ?? '';
      if (last === '\\' || last === '') throw new NotCarried('a set in brackets was not understood');
      cursor.at += 2;
      found.push(...listCharacters(character, last));
    } else found.push(character);
  }
  cursor.at++;
  return requireFew([...new Set(found)]);
}

function readExpressionGroup(cursor: Cursor): readonly string[] {
  const [opening = ''] = /^\?(:|P?<\w+>)/.exec(readRest(cursor)) ?? [];
  if (opening === '' && peek(cursor) === '?')
    throw new NotCarried(`(${/^\?[^:)]*/.exec(readRest(cursor))?.[0]}) changes how letters are compared`);
  cursor.at += opening.length;
  cursor.depth++;
  const inside = readAlternatives(cursor);
  cursor.depth--;
  if (peek(cursor) !== ')') throw new NotCarried('a group does not end');
  cursor.at++;
  return inside;
}

function readElement(cursor: Cursor): readonly string[] {
  const character = peek(cursor);
  cursor.at++;
  if (character === '\\') return readEscape(cursor);
  if (character === '(') return readExpressionGroup(cursor);
  if (character === '[') return readCharacterClass(cursor);
  if (/^[*+?\]{}^$)]$/.test(character)) throw new NotCarried(`"${character}" was not expected there`);
  return [character];
}

type Repetition = { readonly least: number; readonly most: number };

function readRepetition(cursor: Cursor): Repetition | undefined {
  const [written, sign, least, comma, most] = /^(?:([*+?])|\{(\d+)(,)?(\d*)\})/.exec(readRest(cursor)) ?? [];
  if (written === undefined) return undefined;
  cursor.at += written.length;
  // Whether it takes as much or as little as it can does not change what matches as a whole.
  if (peek(cursor) === '?') cursor.at++;
  if (sign !== undefined) return { least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : Infinity };
  const from = Number(least);
  const to = comma === undefined ? from : most === '' ? Infinity : Number(most);
  if (from > MOST || to < from) throw new NotCarried(`${written} cannot be listed`);
  return { least: from, most: to };
}

function repeatTexts(texts: readonly string[], repetition: Repetition): readonly string[] {
  const { least, most } = repetition;
  let all: readonly string[] = [''];
  for (let count = 0; count < least; count++) all = concatenateAll(all, texts);
  const found = [...all];
  for (let count = least; count < most; count++) {
    all = concatenateAll(all, texts);
    found.push(...all);
    requireFew(found);
  }
  return requireFew([...new Set(found)]);
}

function readDot(cursor: Cursor): readonly string[] {
  cursor.at++;
  const count = readRepetition(cursor);
  if (count?.most === Infinity) return [ONE.repeat(count.least) + RUN];
  if (count) return repeatTexts([ONE], count);
  cursor.narrower.add('"." is any character there, and a dot alone here');
  return ['.'];
}

function readExpressionPiece(cursor: Cursor): readonly string[] {
  if (peek(cursor) === '.') return readDot(cursor);
  const from = cursor.at;
  const texts = readElement(cursor);
  const count = readRepetition(cursor);
  if (!count) return texts;
  if (count.most !== Infinity) return repeatTexts(texts, count);
  const written = cursor.source.slice(from, cursor.at).join('');
  throw new NotCarried(`${written} repeats without end, and * of a pattern would take any other text too`);
}

function readSequence(cursor: Cursor): readonly string[] {
  let texts: readonly string[] = [''];
  const outside = cursor.depth === 0;
  if (outside && peek(cursor) === '^') cursor.at++;
  while (!/^[|)]?$/.test(peek(cursor))) {
    const last = outside && peek(cursor) === '$' && /^\||^$/.test(cursor.source[cursor.at + 1] ?? '');
    if (last) cursor.at++;
    else texts = concatenateAll(texts, readExpressionPiece(cursor));
  }
  return texts;
}

function readAlternatives(cursor: Cursor): readonly string[] {
  const texts = [...readSequence(cursor)];
  while (peek(cursor) === '|') {
    if (cursor.depth === 0)
      cursor.narrower.add(
        '"a|b" without brackets is what begins with a or ends with b there, and a or b here',
      );
    cursor.at++;
    texts.push(...readSequence(cursor));
    requireFew(texts);
  }
  return requireFew([...new Set(texts)]);
}

function hasPlaceholder(text: string): boolean {
  return text.includes(RUN) || text.includes(ONE);
}

function writePattern(text: string): string {
  const [special] = /[*?[{\\]/.exec(text) ?? [];
  if (special !== undefined) throw new NotCarried(`a pattern cannot hold "${special}" itself`);
  return text.replaceAll(/\uE000+/g, '*').replaceAll(ONE, '?');
}

/**
 * Reads a regular expression that must match as a whole. `.*` is `*`: it stops at a line break, and so does a pattern,
 * which no value with a control character meets. Throws `NotCarried` with the reason.
 */
export function readExpression(expression: string): ListedExpression {
  if (/[\uE000\uE001]|\p{Cc}/u.test(expression))
    throw new NotCarried('it holds characters that nobody can see');
  const cursor: Cursor = { source: [...expression], at: 0, depth: 0, narrower: new Set() };
  const all = readAlternatives(cursor);
  if (cursor.at < cursor.source.length) throw new NotCarried('a group does not begin');
  return {
    texts: all.filter(text => !hasPlaceholder(text)),
    patterns: all.filter(hasPlaceholder).map(writePattern),
    narrower: [...cursor.narrower],
  };
}
