/** Limits on one pattern (threat T74): longer or wilder ones are refused at load. */
export const MAX_PATTERN = 256;
export const MAX_WILDCARDS = 8;
/** Characters of a value that patterns are tried on: as many as an audit event keeps. No branch or tag is longer. */
export const MAX_VALUE = 1_024;
/**
 * The most that all searches of a policy's patterns may cost together, by `countSearched`: so that no decision takes longer than a
 * millisecond or so, and none much longer than that of a value that is short.
 */
export const MAX_SEARCHED = 120;

/** From so many characters on, a text is searched for without a second look at any place (Boyer-Moore, in V8). */
const LONG = 7;
const LONG_COUNTS = 3;
/** Where `?` stands in it, each place is looked at by hand. */
const WILD_COUNTS = 10;

/** Reads the texts between two stars, which are searched for at every place of a value. */
function readSearched(pattern: string): readonly string[] {
  return pattern.split('*').slice(1, -1);
}

/** Counts the cost of a pattern's searches: about as many passes over a value. */
export function countSearched(pattern: string): number {
  return readSearched(pattern).reduce((sum, text) => {
    if (text.includes('?')) return sum + WILD_COUNTS * text.length;
    return sum + (text.length < LONG ? text.length : LONG_COUNTS);
  }, 0);
}

/** Why a pattern is not part of the language, or undefined when it is. */
export function findPatternFault(pattern: string): string | undefined {
  if (pattern === '') return 'An empty pattern matches nothing. Use equals: "" if empty is meant.';
  if (pattern.length > MAX_PATTERN) return `The pattern is longer than ${MAX_PATTERN} characters.`;
  const special = /[[{\\]/.exec(pattern);
  if (special) return `"${special[0]}" is not part of a pattern: only * and ? are special.`;
  if (pattern.includes('**')) return '"**" would mean the same as "*", which crosses "/" too. Write "*".';
  const wild = pattern.match(/[*?]/g)?.length ?? 0;
  return wild > MAX_WILDCARDS
    ? `The pattern has ${wild} wildcards; at most ${MAX_WILDCARDS} are allowed.`
    : undefined;
}

/** Reads the text before the first wildcard. */
export function readLiteralPrefix(pattern: string): string {
  return pattern.split(/[*?]/, 1)[0] ?? '';
}

function measureWidth(text: string, index: number): number {
  return (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
}

/** Where the end of a value begins that matches this text without stars, or undefined when it does not end so. */
function matchTail(tail: string, value: string): number | undefined {
  let v = value.length;
  for (let t = tail.length - 1; t >= 0; t--) {
    if (v === 0) return undefined;
    if (tail[t] === '?') v -= v > 1 ? measureWidth(value, v - 2) : 1;
    else if (tail[t] !== value[--v]) return undefined;
  }
  return v;
}

/** Where the text without stars ends that stands here in a value, or undefined when another does. */
function matchHere(text: string, value: string, from: number): number | undefined {
  let v = from;
  for (let t = 0; t < text.length; t++) {
    if (v >= value.length) return undefined;
    if (text[t] === '?') v += measureWidth(value, v);
    else if (text[t] !== value[v++]) return undefined;
  }
  return v;
}

/** Where the first such text after this place ends, or undefined when there is none. */
function findPiece(text: string, value: string, from: number): number | undefined {
  if (!text.includes('?')) {
    const found = value.indexOf(text, from);
    return found < 0 ? undefined : found + text.length;
  }
  for (let at = from; at < value.length; at += measureWidth(value, at)) {
    const end = matchHere(text, value, at);
    if (end !== undefined) return end;
  }
  return undefined;
}

/**
 * Does the whole value match? `*` is any run of code points, `/` included; `?` is one code point. What stands before the
 * first star and after the last is compared in its place; what is between two is searched for, each after the one before,
 * and the first place that is found is as good as any other (threat T74).
 */
export function matchGlob(pattern: string, value: string): boolean {
  const last = pattern.lastIndexOf('*');
  if (last < 0) return matchHere(pattern, value, 0) === value.length;
  const end = matchTail(pattern.slice(last + 1), value);
  const first = pattern.indexOf('*');
  let from = end === undefined ? undefined : matchHere(pattern.slice(0, first), value, 0);
  for (const text of first === last ? [] : readSearched(pattern))
    from = from === undefined ? undefined : findPiece(text, value, from);
  return from !== undefined && end !== undefined && from <= end;
}
