import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { read } from '../harness/markdown.ts';
import { filesBelow } from '../harness/source.ts';

const PAGES = ['docs', 'plugins'].flatMap(filesBelow).filter(path => path.endsWith('.md'));

/** A version that an example upgrades to, or that is the next one. */
const NEXT = '0.3.0';

const NAMED = /(?:kite-sts-|kite-sts(?:-buildkite-plugin)?#v|github-action@v)(\d+\.\d+\.\d+)/g;

describe('pages', () => {
  test('name no version of ours but this one, and in an upgrade the next', () => {
    const named = PAGES.flatMap(path =>
      [...read(path).matchAll(NAMED)].map(([, version = '']) => ({ path, version })),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter(({ version }) => ![packageJson.version, NEXT].includes(version))).toEqual([]);
  });
});
