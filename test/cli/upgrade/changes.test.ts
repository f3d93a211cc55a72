import { describe, expect, test } from 'vitest';
import {
  compareVersions,
  listDecisive,
  parseVersion,
  readReleases,
} from '../../../lib/cli/upgrade/changes.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import lock from '../../../package-lock.json' with { type: 'json' };
import { read } from '../../harness/markdown.ts';

const TEXT = `# Changes

An entry with a ★ can change a decision.

## 0.10.0

### Added

- One thing,
  over two lines.
- ★ Another, which [a page](docs/x.md#y) has.

### Fixed

- A third.

## 0.9.0

### Changed

- ★ Older.

## 0.1.0

- ★ The first.
`;

describe('what a version changed', () => {
  test('is read by version, group and star', () => {
    expect(readReleases(TEXT)[0]).toEqual({
      version: '0.10.0',
      changes: [
        { group: 'Added', decides: false, text: 'One thing, over two lines.' },
        { group: 'Added', decides: true, text: 'Another, which a page has.' },
        { group: 'Fixed', decides: false, text: 'A third.' },
      ],
    });
  });

  test.each([
    ['0.9.0', '0.10.0', ['0.10.0']],
    ['0.1.0', '0.10.0', ['0.10.0', '0.9.0']],
    ['0.1.0', '0.9.0', ['0.9.0']],
    ['0.10.0', '0.10.0', []],
    ['0.10.0', '0.9.0', []],
  ])('since %s, up to %s, can alter a decision: %j', (from, to, versions) => {
    expect(listDecisive(readReleases(TEXT), from, to).map(({ version }) => version)).toEqual(versions);
  });

  test.each([
    ['0.9.0', '0.10.0', -1],
    ['1.0.0', '0.99.99', 1],
    ['0.2.0', '0.2.0', 0],
    ['0.2', '0.0.1', -1],
    ['Unreleased', '0.0.0', -1],
  ])('%s beside %s', (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
  });
});

describe('CHANGELOG.md', () => {
  const source = read('CHANGELOG.md');
  const releases = readReleases(source);
  const lines = source.slice(source.indexOf('\n## ')).split('\n');

  test('begins with the version of package.json, and of the lock file', () => {
    expect([releases[0]?.version, lock.version, lock.packages[''].version]).toEqual(
      Array(3).fill(packageJson.version),
    );
  });

  test('has versions of three numbers, the newest first', () => {
    const versions = releases.map(({ version }) => version);
    expect(versions.filter(version => !parseVersion(version))).toEqual([]);
    expect(versions).toEqual(versions.toSorted((a, b) => compareVersions(b, a)));
  });

  test.each(releases.slice(0, -1))('groups what $version changed', ({ changes }) => {
    const groups = changes.map(({ group }) => group);
    expect([...new Set(groups)]).toEqual(['Added', 'Changed', 'Fixed'].filter(each => groups.includes(each)));
    // Each group once: what stands together in the file stands together here.
    expect(groups.filter((group, at) => group !== groups[at - 1])).toEqual([...new Set(groups)]);
  });

  test('has nothing but versions, groups and entries, of which upgrade loses none', () => {
    const odd = lines.filter(
      line =>
        !/^(|## \d+\.\d+\.\d+|### (Added|Changed|Fixed)|- \S.*| {2}\S.*|The first version: .*)$/.test(line),
    );
    expect(odd).toEqual([]);
    const entries = lines.filter(line => line.startsWith('- '));
    expect(releases.flatMap(({ changes }) => changes)).toHaveLength(entries.length);
  });

  test('has a star at the beginning of an entry, or nowhere', () => {
    expect(lines.filter(line => line.includes('★') && !line.startsWith('- ★ '))).toEqual([]);
  });

  test('says nothing twice', () => {
    const begins = releases.flatMap(({ changes }) => changes.map(({ text }) => text.slice(0, 60)));
    expect(begins.filter((text, at) => begins.indexOf(text) !== at)).toEqual([]);
  });
});
