/** A slip that people make, and how it is told. */
type Slip = { readonly is: RegExp; readonly says: (found: string) => string };

function formatCodePoint(found: string): string {
  return `U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

const SCRIPTS = [
  'Cyrillic',
  'Greek',
  'Armenian',
  'Hebrew',
  'Arabic',
  'Han',
  'Hiragana',
  'Katakana',
  'Hangul',
];

function nameScript(found: string): string {
  const script = SCRIPTS.find(each => new RegExp(`\\p{Script=${each}}`, 'u').test(found));
  return script === undefined ? 'no letter of English' : `a letter of ${script}`;
}

const LETTER: Slip = {
  is: /(?=\p{L})[^\p{Script=Latin}]/u,
  says: found => `"${found}" (${formatCodePoint(found)}) is ${nameScript(found)}.`,
};

const QUOTE: Slip = {
  is: /[\u2018-\u201f\u00ab\u00bb]/u,
  says: found => `${formatCodePoint(found)} is a curly quote: type " or ' in its place.`,
};

/** Of a text in which a letter of another script stands among those of English: it looks like one of them. */
const MIXED: Slip = {
  is: /(?<=[A-Za-z].*)(?=\p{L})[^\p{Script=Latin}]|(?=\p{L})[^\p{Script=Latin}](?=.*[A-Za-z])/u,
  says: LETTER.says,
};

const EXPRESSION: Slip = {
  is: /^\^|\$$|(?<![\d*?])\.[*+]|\\[.dws]|\([^()]*\|[^()]*\)|\w\|\w|\[[^\]]*-[^\]]*\]/u,
  says: found =>
    `"${found}" is of a regular expression: a pattern here has * and ? alone, and in takes a list.`,
};

const WILDCARD: Slip = {
  is: /[*?]/,
  says: found => `"${found}" is read as it stands here: matches takes patterns.`,
};

const CAPITAL: Slip = { is: /[A-Z]/, says: found => `"${found}" is a capital.` };

const SPACE: Slip = { is: /^\s|\s$/u, says: () => 'It begins or ends with a space.' };

function findSlip(text: string, slips: readonly Slip[]): string | undefined {
  for (const { is, says } of slips) {
    const found = is.exec(text)?.[0];
    if (found !== undefined) return says(found);
  }
  return undefined;
}

/** Why a text may not be what the issuer can send, for the person who wrote it. */
export function explainMisfit(text: string, isPattern: boolean): string | undefined {
  return findSlip(text, [QUOTE, LETTER, EXPRESSION, ...(isPattern ? [] : [WILDCARD]), SPACE, CAPITAL]);
}

/** Finds what looks like a slip although it may be sent. */
export function findLookalike(text: string, isPattern: boolean): string | undefined {
  return findSlip(text, [QUOTE, MIXED, EXPRESSION, SPACE, ...(isPattern ? [] : [{ ...WILDCARD, is: /\*/ }])]);
}
