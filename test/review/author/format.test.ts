import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Document, type Node, visit } from 'yaml';
import { loadConfig } from '../../../lib/config/load.ts';
import { parse } from '../../../lib/language/parse.ts';
import { formatText, readMeaning } from '../../../lib/review/author/format.ts';
import type { SchemaName } from '../../../lib/review/author/schema.ts';
import { digestPolicy } from '../../../lib/stores/roles.ts';
import { NoComplaints } from '../../harness/complaints.ts';
import { ROOT, read } from '../../harness/markdown.ts';
import { compileText, settingOf } from '../../harness/policy.ts';

function format(text: string, name: SchemaName = 'role'): string {
  return formatText(text, name);
}
function meant(text: string): unknown {
  const tree = parse('tested.yml', text, new NoComplaints());
  return tree && readMeaning(tree);
}

describe('written in one way:', () => {
  test.each<[name: string, before: string, after: string]>([
    ['keys in the order of the schema', 'trust: x\ndescription: z\n', 'description: z\ntrust: x\n'],
    [
      'keys of a statement, and claims as they were',
      'trust:\n  - claims: { b: 1, a: 2 }\n    iss: x\n',
      'trust:\n  - iss: x\n    claims: { b: 1, a: 2 }\n',
    ],
    [
      'operators as they were: their order is that of the conditions',
      'trust: [{ iss: x, claims: { a: { not_equals: b, in: [c] } } }]\n',
      'trust: [{ iss: x, claims: { a: { not_equals: b, in: [c] } } }]\n',
    ],
    [
      'what a tag is made of, before what is sent without it',
      'aws: { tags: { b: { else: x, value: w }, a: z } }\n',
      'aws: { tags: { b: { value: w, else: x }, a: z } }\n',
    ],
    [
      'a claim of a JWT, before how it is read',
      'jwt: { claims: { b: { text: true, value: w } } }\n',
      'jwt: { claims: { b: { value: w, text: true } } }\n',
    ],
    ['text that others take for a truth in quotes', 'description: no\n', 'description: "no"\n'],
    [
      'text that others take for a date in quotes',
      'description: 2027-01-31\n',
      'description: "2027-01-31"\n',
    ],
    ['a key that others take for a truth', 'jwt: { claims: { on: x } }\n', 'jwt: { claims: { "on": x } }\n'],
    ['one kind of quotes', "contact: '#web'\n", 'contact: "#web"\n'],
    ['single quotes where the others would need an escape', 'contact: \'a "b"\'\n', 'contact: \'a "b"\'\n'],
    ['quotes that are not needed, as they were', 'contact: "web"\n', 'contact: "web"\n'],
    ['room in mappings and none in lists', 'a: {b: [ c,d ]}\n', 'a: { b: [c, d] }\n'],
    ['lists indented', 'trust:\n- iss: x\n', 'trust:\n  - iss: x\n'],
    ['one empty line where there were more', 'a: 1\n\n\nb: 2\n', 'a: 1\n\nb: 2\n'],
    ['a line break at the end, and none of Windows', 'a: 1\r\nb: 2', 'a: 1\nb: 2\n'],
    [
      'a list too long for a line in lines',
      `a: [${'x'.repeat(60)}, ${'y'.repeat(60)}]\n`,
      `a:\n  - ${'x'.repeat(60)}\n  - ${'y'.repeat(60)}\n`,
    ],
    ['a text without a space as it was', `a: "${'x'.repeat(160)}"\n`, `a: "${'x'.repeat(160)}"\n`],
  ])('%s', (_name, before, after) => {
    expect(format(before)).toBe(after);
    expect(meant(after)).toEqual(meant(before));
  });
});

describe('comments are kept:', () => {
  test.each<[name: string, before: string, after: string]>([
    ['those behind values below each other', 'a: 1 # x\nbcd: 2 # y\n', 'a: 1    # x\nbcd: 2  # y\n'],
    ['those apart by themselves', 'a: 1   # x\nb: 2\ncde: 3   # y\n', 'a: 1  # x\nb: 2\ncde: 3  # y\n'],
    ['a # inside of a text is none', 'a: "1 # x"\nb: c#d # y\n', 'a: "1 # x"\nb: c#d  # y\n'],
    [
      'one above a key moves with it',
      '# of trust\ntrust: x\ndescription: z\n',
      'description: z\n# of trust\ntrust: x\n',
    ],
    [
      'the line for editors stays the first',
      '# yaml-language-server: $schema=a\n# of trust\ntrust: x\ndescription: z\n',
      '# yaml-language-server: $schema=a\ndescription: z\n# of trust\ntrust: x\n',
    ],
    ['one inside of a list opens it', 'a: [b, # x\n  c]\n', 'a:\n  - b  # x\n  - c\n'],
    ['those at the end', 'a: 1\n# end\n', 'a: 1\n\n# end\n'],
  ])('%s', (_name, before, after) => {
    expect(format(before)).toBe(after);
    expect(format(after)).toBe(after);
  });
});

const FOLDERS = [
  'config',
  ...readdirSync(join(ROOT, 'examples')).map(name => `examples/${name}/config`),
].filter(folder => !folder.includes('.md'));

test.each(FOLDERS)('%s is as fmt writes it', folder => {
  const { config } = loadConfig(join(ROOT, folder));
  const paths = ['roles', 'registries'].flatMap(below =>
    (config?.[below as 'roles' | 'registries'] ?? []).flatMap(({ name }): [string, SchemaName][] => [
      [`${folder}/${below}/${name}.yml`, below === 'roles' ? 'role' : 'registry'],
      [`${folder}/${below}/${name}.test.yml`, 'test'],
    ]),
  );
  expect(paths.length).toBeGreaterThan(0);
  for (const [path, name] of paths) expect(format(read(path), name)).toBe(read(path));
});

test.each(FOLDERS)('in whatever order and quotes the roles of %s stand, fmt leaves their digests', folder => {
  const { config } = loadConfig(join(ROOT, folder));
  const setting = { ...settingOf(config?.rows), audience: config?.audience ?? '' };
  const digest = (text: string): string | undefined => {
    const { role } = compileText(text, setting);
    return role && config && digestPolicy(role, config.rows);
  };
  for (const { name } of config?.roles ?? []) {
    const [header = '', ...lines] = read(`${folder}/roles/${name}.yml`).split('\n');
    const before = [header, 'disabled: closed', ...lines].join('\n').replaceAll('"', "'");
    const after = format(before);
    expect(after).not.toBe(before);
    expect(digest(after)).toBe(digest(before));
  }
});

const word = fc.constantFrom(
  'a',
  'no',
  'On',
  '1',
  '0x1f',
  '1_000',
  '2027-01-31',
  'x: y',
  '# z',
  '',
  '~',
  'a\nb',
  "it's",
  '"',
  '${b}',
  'é',
  '12:30',
  'x '.repeat(70).trim(),
);
const scalar = fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null));
const value = fc.letrec(tie => ({
  any: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('any'), { minLength: 1, maxLength: 4 }),
    tie('map'),
  ),
  map: fc.dictionary(
    fc.constantFrom('trust', 'description', 'iss', 'claims', 'aws', 'session', 'on', 'x y', 'seconds', 'in'),
    tie('any'),
    { minKeys: 1, maxKeys: 5 },
  ),
}));

const TEXT = fc
  .record({
    written: value.map,
    style: fc.constantFrom<'any' | 'block' | 'flow'>('any', 'block', 'flow'),
    singleQuote: fc.boolean(),
    indentSeq: fc.boolean(),
    comments: fc.array(fc.constantFrom('commentBefore', 'comment', undefined, undefined), { maxLength: 12 }),
  })
  .map(({ written, style, comments, ...options }) => {
    const document = new Document(written);
    const left = [...comments];
    visit(document, {
      Scalar: (_, node: Node) => {
        const place = left.pop();
        if (place) node[place] = ' of it';
      },
    });
    return document.toString({ ...options, collectionStyle: style });
  });

test('whatever a file says, fmt keeps its meaning and its comments, and has nothing to do a second time', () => {
  let changed = 0;
  fc.assert(
    fc.property(TEXT, fc.constantFrom<SchemaName>('role', 'test', 'broker'), (text, name) => {
      const before = meant(text);
      const after = format(text, name);
      if (after !== text) changed++;
      expect(meant(after)).toEqual(before);
      expect(after.match(/# of it/g)?.length).toBe(text.match(/# of it/g)?.length);
      expect(format(after, name)).toBe(after);
    }),
    { numRuns: 200 },
  );
  expect(changed).toBeGreaterThan(60);
});
