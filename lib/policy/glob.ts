/** Limits on one pattern (threat T74): longer or wilder ones are refused at load. */
export const MAX_PATTERN = 256;
export const MAX_WILDCARDS = 8;
/** Characters of a value that patterns are tried on: no branch, tag or name of a repository is longer. */
export const MAX_VALUE = 2_048;
/**
 * Characters that all patterns of a policy may have between their stars: only those are searched for at every place of a
 * value, so that no decision takes longer than a few milliseconds.
 */
export const MAX_SEARCHED = 1_000;

/** How many characters of a pattern stand between two stars. */
export function countSearched(pattern: string): number {
  const middle = pattern.split('*').slice(1, -1);
  return middle.reduce((sum, each) => sum + each.length, 0);
}

/** Why a pattern is not part of the language, or undefined when it is. */
export const patternFault = (pattern: string): string | undefined => {
  if (pattern === '') return 'An empty pattern matches nothing. Use equals: "" if empty is meant.';
  if (pattern.length > MAX_PATTERN) return `The pattern is longer than ${MAX_PATTERN} characters.`;
  const special = /[[{\\]/.exec(pattern);
  if (special) return `"${special[0]}" is not part of a pattern: only * and ? are special.`;
  if (pattern.includes('**')) return '"**" would mean the same as "*", which crosses "/" too. Write "*".';
  const wild = pattern.match(/[*?]/g)?.length ?? 0;
  return wild > MAX_WILDCARDS
    ? `The pattern has ${wild} wildcards; at most ${MAX_WILDCARDS} are allowed.`
    : undefined;
};

/** What stands before the first wildcard. */
export const literalPrefix = (pattern: string): string => pattern.split(/[*?]/, 1)[0] ?? '';

const width = (text: string, index: number): number => ((text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1);

/** Where the end of a value begins that matches this text without stars, or undefined when it does not end so. */
function matchTail(tail: string, value: string): number | undefined {
  let v = value.length;
  for (let t = tail.length - 1; t >= 0; t--) {
    if (v === 0) return undefined;
    if (tail[t] === '?') v -= v > 1 ? width(value, v - 2) : 1;
    else if (tail[t] !== value[--v]) return undefined;
  }
  return v;
}

/**
 * Does the whole value match? `*` is any run of code points, `/` included; `?` is one code point.
 * What stands after the last star is compared with the end. For the rest two pointers and one point of return: at most
 * pattern × value steps, whatever the pattern, and nothing is searched where there is one star (threat T74).
 */
export function globMatches(pattern: string, value: string): boolean {
  const last = pattern.lastIndexOf('*');
  const end = last < 0 ? value.length : matchTail(pattern.slice(last + 1), value);
  if (end === undefined) return false;
  let p = 0;
  let v = 0;
  let star = -1;
  let resume = 0;
  while (v < end) {
    const wanted = pattern[p];
    if (p === last) return true;
    if (wanted === '*') {
      star = p++;
      resume = v;
    } else if (wanted === '?' && v + width(value, v) <= end) {
      p++;
      v += width(value, v);
    } else if (wanted === value[v]) {
      p++;
      v++;
    } else if (star >= 0) {
      p = star + 1;
      resume += width(value, resume);
      v = resume;
    } else return false;
  }
  while (pattern[p] === '*' && p < last) p++;
  return last < 0 ? p === pattern.length : p === last;
}
