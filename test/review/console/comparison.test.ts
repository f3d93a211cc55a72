import { describe, expect, test } from 'vitest';
import { renderPage } from '../../../lib/local/page.ts';
import { compareConfigs } from '../../../lib/review/compare/change.ts';
import { formatDiffJson } from '../../../lib/review/compare/report.ts';
import {
  type Comparison,
  compareWithOther,
  createComparison,
} from '../../../lib/review/console/comparison.ts';
import { openFolder, openPageFile, type PickedFile } from '../../../lib/review/console/other.ts';
import { readDiffReport } from '../../../lib/review/console/report.ts';
import { createSearchOptions } from '../../../lib/review/console/sample.ts';
import { dataOf, heldOf } from '../../harness/console.ts';
import { ROLES } from '../../harness/local.ts';
import { NOW } from '../../harness/policy.ts';

const held = heldOf();
const WIDER = ROLES.publish.replace('in: [web, api]', 'in: [web, api, docs]');
const NARROWER = ROLES.publish.replace('in: [web, api]', 'in: [web]');

/** A folder of the same roles, with these in place of its own. */
function folder(changes: { readonly [name: string]: string | undefined }, more: readonly PickedFile[] = []) {
  const roles = Object.entries({ ...ROLES, ...changes }).flatMap(([name, text]) =>
    text === undefined ? [] : [{ path: `config/roles/${name}.yml`, text }],
  );
  return [...roles, ...more];
}

function told({ sections }: Comparison): string[] {
  return sections.map(({ word, title }) => `${word} ${title}`);
}

function compared(files: readonly PickedFile[], otherIs: 'before' | 'after' = 'after'): Comparison {
  const other = openFolder(files, held);
  if (!other) throw new Error('There is no role in it.');
  return compareWithOther(other, held, otherIs, NOW);
}

describe('a folder', () => {
  test.each([
    ['of the same roles differs in nothing', {}, []],
    ['with a role that admits more', { publish: WIDER }, ['wider role publish: changed']],
    ['with a role that admits less', { publish: NARROWER }, ['narrower role publish: changed']],
    ['with one more role', { other: `${WIDER}contact: "#other"\n` }, ['new role other: new']],
    ['without a role', { release: undefined }, ['gone role release: gone']],
    [
      'with several of these: what gives more comes first',
      { publish: NARROWER, deploy: ROLES.deploy.replace('in: [web, api]', 'in: [web, api, docs]') },
      ['wider role deploy: changed', 'narrower role publish: changed'],
    ],
  ])('%s', (_name, changes, expected) => {
    expect(told(compared(folder(changes)))).toEqual(expected);
  });

  test('may also be the older one', () => {
    expect(told(compared(folder({ publish: WIDER }), 'before'))).toEqual(['narrower role publish: changed']);
  });

  test('counts roles by what they became, and says of all whether somebody gets more', () => {
    const { counts, says } = compared(folder({ publish: WIDER, release: undefined }));
    expect(counts).toEqual(
      new Map([
        ['wider', 1],
        ['gone', 1],
      ]),
    );
    expect(says).toMatch(/^Wider/);
  });

  test('a role that cannot be read is left out on both sides, and told', () => {
    const other = openFolder(folder({ publish: 'trust: [' }), held);
    expect(other?.unread).toEqual(['publish']);
    expect(other?.complaints.map(({ place: { file } }) => file)).toContain('roles/publish.yml');
    expect(other && told(compareWithOther(other, held, 'after', NOW))).toEqual([]);
  });

  test('test cases and other files are no roles', () => {
    const more = ['config/roles/publish.test.yml', 'config/registries/npm.yml', 'README.md'].map(path => ({
      path,
      text: 'cases: []',
    }));
    expect(told(compared(folder({}, more)))).toEqual([]);
  });

  test('of several, the nearest to what was picked is taken', () => {
    const files = folder({}).map(({ path, text }) => ({ path: `repo/${path}`, text }));
    const more = [
      { path: 'repo/config/broker.yml', text: '' },
      { path: 'repo/examples/one/config/broker.yml', text: '' },
      { path: 'repo/examples/one/config/roles/publish.yml', text: WIDER },
    ];
    expect(told(compared([...files, ...more]))).toEqual([]);
  });

  test('is told to have been compared by the broker.yml of the page', () => {
    expect(openFolder(folder({}), held)?.notes).toHaveLength(1);
  });

  test('without any role is none', () => {
    expect(openFolder([{ path: 'config/broker.yml', text: '' }], held)).toBeUndefined();
  });
});

describe('a page that kite-sts console wrote', () => {
  test('is compared as a whole', async () => {
    const page = await renderPage(dataOf({ audience: 'https://else.test.example' }));
    const other = openPageFile(page);
    expect(other && compareWithOther(other, held, 'after', NOW).sections).not.toEqual([]);
  });

  test.each([
    ['another page', '<!doctype html><title>x</title>'],
    ['a page of another version', '<script type="application/json" id="configuration">{"roles":7}</script>'],
    ['a page without data', '<script type="application/json" id="configuration"></script>'],
  ])('%s is none', (_name, html) => {
    expect(openPageFile(html)).toBeUndefined();
  });
});

describe('a report of diff --json', () => {
  const after = heldOf({}, { ...ROLES, publish: WIDER, release: ROLES.release.replace('v*', 'v1*') });
  const differences = compareConfigs(held, after, createSearchOptions(held, NOW));
  const report = formatDiffJson(differences, 'Wider');

  test('reads as the comparison that it was, but for what its statements want', () => {
    const read = readDiffReport(report);
    const own = createComparison(differences);
    expect(read && told(createComparison(read))).toEqual(told(own));
    expect(read && createComparison(read).says).toBe(own.says);
    expect(read?.roles[0]?.gained[0]?.shown).toEqual(
      JSON.parse(JSON.stringify(differences.roles[0]?.gained[0]?.shown)),
    );
  });

  test.each([
    ['no JSON', 'role publish: changed'],
    ['other JSON', '{"roles":[]}'],
    ['a list', '[]'],
    ['a role without members', report.replace('"members"', '"others"')],
    ['a gain without a statement', report.replace('"statement"', '"other"')],
    ['a request without claims', report.replace('"claims"', '"other"')],
    ['a change of a kind that is none', report.replace('"changed"', '"moved"')],
  ])('%s is none', (_name, text) => {
    expect(readDiffReport(text)).toBeUndefined();
  });
});
