import { expect } from 'vitest';
import { code, codes, rowsUnder } from './markdown.ts';

/** The page and the heading below which the reference says what the JSON of each verb is. */
export const JSON_PAGE = 'docs/reference/cli.md';
export const JSON_HEADING = 'Output for programs';

/** The members of a JSON document, or of each document of a list. */
export type JsonShape = {
  readonly list: boolean;
  readonly needed: readonly string[];
  readonly some: readonly string[];
};

/** What the reference says: `{ a, b? }`, or `[{ a }]` for a list. */
function readShape(cell: string): JsonShape {
  const [, open = '', members = ''] = /^(\[?)\{ (.*) \}\]?$/.exec(code(cell)) ?? [];
  const names = members.split(', ');
  return {
    list: open !== '',
    needed: names.filter(name => !name.endsWith('?')),
    some: names.map(name => name.replace('?', '')),
  };
}

export const JSON_SHAPES = rowsUnder(JSON_PAGE, JSON_HEADING, 'JSON of').flatMap(([verbs, cell = '']) =>
  codes(verbs).map(verb => ({ verb, shape: readShape(cell) })),
);

/** Holds a printed document against what the reference says of the verb. */
export function expectShape(out: string, { list, needed, some }: JsonShape): void {
  const printed: unknown = JSON.parse(out);
  expect(Array.isArray(printed)).toBe(list);
  const documents = [printed].flat() as object[];
  expect(documents).not.toHaveLength(0);
  for (const each of documents) {
    expect(Object.keys(each)).toEqual(expect.arrayContaining([...needed]));
    expect(some).toEqual(expect.arrayContaining(Object.keys(each)));
  }
}
