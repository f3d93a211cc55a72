/** At most so many texts of one pattern. */
const MOST = 100;

type Texts = readonly string[];
type Cursor = { readonly source: string; at: number };

/** Every text of `first` followed by one of `second`. */
const product = (first: Texts, second: Texts): Texts | undefined =>
  first.length * second.length > MOST ? undefined : first.flatMap(a => second.map(b => a + b));

const escaped = (cursor: Cursor): Texts | undefined => {
  const character = cursor.source[cursor.at++] ?? '';
  return /^[^A-Za-z0-9\s]$/.test(character) ? [character] : undefined;
};

const group = (cursor: Cursor): Texts | undefined => {
  if (cursor.source.startsWith('?:', cursor.at)) cursor.at += 2;
  const inside = alternatives(cursor);
  return cursor.source[cursor.at++] === ')' ? inside : undefined;
};

const atom = (cursor: Cursor): Texts | undefined => {
  const character = cursor.source[cursor.at++] ?? '';
  if (character === '\\') return escaped(cursor);
  if (character === '(') return group(cursor);
  return /[.*+?[\]{}^$|)]/.test(character) ? undefined : [character];
};

const sequence = (cursor: Cursor): Texts | undefined => {
  let texts: Texts | undefined = [''];
  while (cursor.at < cursor.source.length && !/[|)]/.test(cursor.source[cursor.at] ?? '')) {
    const next = atom(cursor);
    texts = texts && next && product(texts, next);
    if (!texts) return undefined;
  }
  return texts;
};

const alternatives = (cursor: Cursor): Texts | undefined => {
  const texts: string[] = [];
  for (;;) {
    const next = sequence(cursor);
    if (!next || texts.length + next.length > MOST) return undefined;
    texts.push(...next);
    if (cursor.source[cursor.at] !== '|') return texts;
    cursor.at++;
  }
};

/**
 * The texts that a regular expression of literals, groups and alternatives matches as a whole; undefined for one that
 * matches more than can be listed. A dot is never `?` or `*`: it matches no line break, and they do.
 */
export const textsOf = (expression: string): Texts | undefined => {
  const cursor = { source: expression.replace(/^\^/, '').replace(/(?<!\\)\$$/, ''), at: 0 };
  const texts = alternatives(cursor);
  return cursor.at === cursor.source.length ? texts : undefined;
};

/** The pattern that a reader may write by hand, where `.*` is all that a regular expression has beside literals. */
export const nearPattern = (expression: string): string | undefined => {
  const parts = expression.split('.*').map(textsOf);
  return parts.every(each => each?.length === 1) ? parts.flat().join('*') : undefined;
};
