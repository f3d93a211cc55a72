import { expect, test } from 'vitest';
import { loadConfig } from '../../lib/config/load.ts';
import { folderOf } from '../harness/local.ts';
import { type Block, blocks, DOCUMENTS, read } from '../harness/markdown.ts';
import { PROVIDER } from '../harness/policy.ts';

/** What a block says it is: `role`, `trust` (the statements alone), `registry` or `broker`. */
const KINDS = ['role', 'trust', 'registry', 'broker'] as const;
/** Cases are run beside their role, and what a vendor's own file holds is not ours to load. */
const ELSEWHERE = ['cases', 'invariants', 'job', 'pipeline', 'review', 'teams', 'workflow'];

/** What a page's roles are loaded beside: our own, but on the page of an endpoint, an issuer, a provider or a rule what stands there. */
function brokerOf(page: string): string {
  const own = blocks(read(page)).find(({ words }) => words.includes('broker'));
  return /^docs\/(endpoints|issuers|lint|providers)\/|^docs\/guides\/job-events/.test(page) && own
    ? own.text
    : read('config/broker.yml');
}

const found = DOCUMENTS.filter(page => !page.startsWith('examples/')).flatMap(page =>
  blocks(read(page))
    .filter(({ language, words }) => language === 'yaml' && !ELSEWHERE.includes(words[0] ?? ''))
    .map(block => ({
      at: `${page}:${block.line}`,
      kind: KINDS.find(each => block.words.includes(each)),
      broker: brokerOf(page),
      block,
    })),
);

function refusal({ words }: Block): string | undefined {
  return words.find(word => word.startsWith('refused='))?.replace('refused=', '');
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

type Found = (typeof found)[number];

/** Loads the block by the loader itself: beside a broker.yml, or in its place. */
function rulesOf({ kind, broker, block: { text } }: Found): readonly string[] {
  const role = kind === 'trust' ? `trust:\n${indented(text)}\n${PROVIDER}\n` : text;
  const folder =
    kind === 'broker'
      ? folderOf({ 'broker.yml': text, 'roles/.keep': '' })
      : folderOf({
          'broker.yml': broker,
          [`${kind === 'registry' ? 'registries' : 'roles'}/documented.yml`]: role,
        });
  return loadConfig(folder).complaints.map(({ rule }) => rule);
}

const loads = found.filter(({ block }) => refusal(block) === undefined);
const refused = found.filter(({ block }) => refusal(block) !== undefined);

test('every YAML block says what it is', () => {
  expect(found.filter(({ kind }) => kind === undefined).map(({ at }) => at)).toEqual([]);
});

test.each(loads)('the block at $at loads', each => {
  expect(rulesOf(each)).toEqual([]);
});

test.each(refused)('the block at $at is refused by the rule that it names', each => {
  expect(rulesOf(each)).toContain(refusal(each.block));
});

test('the role in the README is the one in config/roles', () => {
  const shown = found.find(({ at, kind }) => at.startsWith('README.md') && kind === 'role');
  expect(shown?.block.text).toBe(read('config/roles/deploy-web.yml'));
});
