/** Limits on one pattern (threat T74): longer or wilder ones are refused at load. */
export const MAX_PATTERN = 256;
export const MAX_WILDCARDS = 8;

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

/**
 * Does the whole value match? `*` is any run of code points, `/` included; `?` is one code point.
 * Two pointers and one point of return: at most pattern × value steps, whatever the pattern (threat T74).
 */
export const globMatches = (pattern: string, value: string): boolean => {
  let p = 0;
  let v = 0;
  let star = -1;
  let resume = 0;
  while (v < value.length) {
    const wanted = pattern[p];
    if (wanted === '*') {
      star = p++;
      resume = v;
    } else if (wanted === '?') {
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
  while (pattern[p] === '*') p++;
  return p === pattern.length;
};
