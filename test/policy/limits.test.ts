import { describe, expect, test } from 'vitest';
import { MAX_OPERANDS } from '../../lib/language/condition.ts';
import { list, record, type Shape, text } from '../../lib/language/shape.ts';
import { AUDIENCE, BUILDKITE, compileText, readWith, refusalsOf } from '../harness/policy.ts';

function role(claim: string, more = ''): string {
  return `trust:
  - iss: ${BUILDKITE}
${more}    claims:
      organization_slug: acme
      ${claim}
jwt: { audience: ${AUDIENCE} }
`;
}
const plain = role('build_branch: main');
function names(count: number): string {
  return Array.from({ length: count }, (_, index) => `c${index}: x`).join(', ');
}
function items(count: number): string {
  return Array.from({ length: count }, (_, index) => `i${index}`).join(', ');
}

/** What a role may say at most, and a role that says so many. */
describe.each<[string, number, (count: number) => string]>([
  ['characters of an operand', 2048, count => role(`build_branch: ${'x'.repeat(count)}`)],
  ['operands of a list', MAX_OPERANDS, count => role(`build_branch: { in: [${items(count)}] }`)],
  ['patterns of a list', MAX_OPERANDS, count => role(`build_branch: { matches: [${items(count)}] }`)],
  ['characters of an id', 64, count => role('build_branch: main', `    id: ${'x'.repeat(count)}\n`)],
  ['scopes of a statement', 50, count => role('build_branch: main', `    scopes: [${items(count)}]\n`)],
  ['characters of a scope', 128, count => role('build_branch: main', `    scopes: [${'x'.repeat(count)}]\n`)],
  ['characters of a description', 1024, count => `description: ${'x'.repeat(count)}\n${plain}`],
  ['characters of a contact', 256, count => `contact: "${'x'.repeat(count)}"\n${plain}`],
  ['characters of an audience', 512, count => `audience: ${'x'.repeat(count)}\n${plain}`],
  ['seconds of a session', 3600, count => `session: { seconds: ${count} }\n${plain}`],
  ['seconds of the longest session', 3600, count => `session: { max_seconds: ${count} }\n${plain}`],
  ['claims of our own token', 50, count => plain.replace(' }\n', `, claims: { ${names(count)} } }\n`)],
])('the %s', (_name, most, made) => {
  test(`may be ${most}`, () => {
    expect(compileText(made(most))).toMatchObject({ role: { name: 'tested' }, complaints: [] });
  });

  test('may be no more', () => {
    expect(refusalsOf(made(most + 1))).toHaveLength(1);
  });
});

describe('a shape takes exactly its limits', () => {
  test.each<[string, Shape<unknown>, string]>([
    ['the shortest text', text({ min: 2 }), 'ab'],
    ['the longest text', text({ max: 2 }), 'ab'],
    ['empty text, where it says so', text({ min: 0 }), '""'],
    ['the longest list', list(text(), 2), '[a, b]'],
    ['the longest mapping of names', record(text(), 2), '{ a: x, b: y }'],
  ])('%s', (_name, shape, yaml) => {
    const read = readWith(yaml, (tree, complaints) => shape.read(tree, complaints));
    expect(read.refusals).toEqual([]);
    expect(read.value).toBeDefined();
  });
});
