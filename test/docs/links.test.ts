import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { anchors, blocks, DOCUMENTS, links, ROOT, read } from '../harness/markdown.ts';

function external(target: string): boolean {
  return /^(https?:|mailto:)/.test(target);
}

/** Why a relative link leads nowhere, or undefined. */
function broken(from: string, target: string): string | undefined {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? from : join(dirname(from), path);
  if (!existsSync(join(ROOT, file))) return `${target}: no such file`;
  const known = anchor === undefined || !file.endsWith('.md') || anchors(read(file)).includes(anchor);
  return known ? undefined : `${target}: no such heading`;
}

/** Paths of the repository that a text names in backticks. */
function named(markdown: string): string[] {
  return [...markdown.matchAll(/`((?:lib|test|docs|config|examples|bin)\/[\w./-]*\w)`/g)].map(
    found => found[1] ?? '',
  );
}

function testTitles(): string {
  return readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.test.ts') && !path.startsWith('docs'))
    .map(path => readFileSync(join(ROOT, 'test', path), 'utf8'))
    .join('\n');
}

describe.each(DOCUMENTS)('%s', path => {
  const markdown = read(path);

  test('has relative links that lead somewhere', () => {
    const relative = links(markdown).filter(target => !external(target));
    expect(relative.map(target => broken(path, target)).filter(Boolean)).toEqual([]);
  });

  test('names files that exist', () => {
    expect(named(markdown).filter(file => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  test('names npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: { readonly [name: string]: string } };
    const said = [...markdown.matchAll(/npm run (?:-s )?([\w-]+)/g)].map(found => found[1] ?? '');
    expect(said.filter(name => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  test('closes every fenced block', () => {
    expect(markdown.match(/^```/gm)?.length ?? 0).toBe(blocks(markdown).length * 2);
  });
});

test('every page below docs/ is reached from the README', () => {
  const reached = new Set(['README.md']);
  for (const page of reached)
    for (const target of links(read(page)).filter(each => !external(each))) {
      const file = join(dirname(page), target.split('#')[0] ?? '');
      if (file.endsWith('.md') && existsSync(join(ROOT, file))) reached.add(file);
    }
  expect(DOCUMENTS.filter(page => page.startsWith('docs/') && !reached.has(page))).toEqual([]);
});

test('every threat that SECURITY.md claims to answer is borne by a test', () => {
  const titles = testTitles();
  const claimed = new Set(read('SECURITY.md').match(/\bT\d{2}\b/g) ?? []);
  expect(claimed.size).toBeGreaterThan(0);
  expect([...claimed].filter(threat => !titles.includes(threat))).toEqual([]);
});

test('the README has its first command by line 15 and at most 700 words', () => {
  const readme = read('README.md');
  expect(blocks(readme)[0]).toMatchObject({ language: 'sh', text: 'npm ci && npm start\n' });
  expect(blocks(readme)[0]?.line).toBeLessThan(15);
  expect(readme.split(/\s+/).filter(word => /\w/.test(word)).length).toBeLessThanOrEqual(700);
});

describe('the home page of the site', () => {
  const home = read('docs/site/index.md');

  test('shows a denial in the words of the broker, which the README has by running it', () => {
    const said = blocks(read('README.md'))
      .map(({ text }) => text)
      .filter(text => /^(CODE|DENIED)/m.test(text));
    expect(said).toHaveLength(2);
    for (const text of said) expect(home).toContain(text);
  });

  test.each([
    ['how to give a GitHub workflow an AWS role', 'guides/github-actions-to-aws'],
    ['why a job was denied', 'guides/troubleshooting'],
    ['what it costs', 'guides/costs'],
    ['how to switch off a leaked key', 'guides/incident'],
    ['what happens when a region is down', 'guides/when-something-is-down'],
  ])('leads by one click to %s', (_, url) => {
    expect(home).toContain(`link: /${url}\n`);
    const [page = '', anchor] = url.split('#');
    if (anchor !== undefined) expect(anchors(read(`docs/${page}.md`))).toContain(anchor);
  });
});
