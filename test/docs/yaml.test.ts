import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../lib/config/load.ts';
import { emptyFolder } from '../harness/local.ts';
import { type Block, blocks, DOCUMENTS, ROOT, read } from '../harness/markdown.ts';
import { PROVIDER } from '../harness/policy.ts';

/** What a block says it is: `role`, `trust` (the statements alone) or `broker`; `cases` are tested elsewhere. */
const KINDS = ['role', 'trust', 'broker'] as const;

const found = DOCUMENTS.filter(page => !page.startsWith('examples/')).flatMap(page =>
  blocks(read(page))
    .filter(({ language }) => language === 'yaml')
    .map(block => ({
      at: `${page}:${block.line}`,
      kind: KINDS.find(each => block.words.includes(each)),
      block,
    })),
);

const refusal = ({ words }: Block): string | undefined =>
  words.find(word => word.startsWith('refused='))?.replace('refused=', '');

const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ');

/** Loads the block by the loader itself: beside our own config/broker.yml, or in its place. */
const rulesOf = (kind: (typeof KINDS)[number], { text }: Block): readonly string[] => {
  const folder = emptyFolder();
  mkdirSync(join(folder, 'roles'));
  if (kind === 'broker') writeFileSync(join(folder, 'broker.yml'), text);
  else {
    copyFileSync(join(ROOT, 'config/broker.yml'), join(folder, 'broker.yml'));
    const role = kind === 'role' ? text : `trust:\n${indented(text)}\n${PROVIDER}\n`;
    writeFileSync(join(folder, 'roles/documented.yml'), role);
  }
  return loadConfig(folder).complaints.map(({ rule }) => rule);
};

const loads = found.filter(({ block }) => refusal(block) === undefined);
const refused = found.filter(({ block }) => refusal(block) !== undefined);

test('every YAML block says what it is', () => {
  expect(found.filter(({ kind }) => kind === undefined).map(({ at }) => at)).toEqual([]);
});

test.each(loads)('the block at $at loads', ({ kind = 'role', block }) => {
  expect(rulesOf(kind, block)).toEqual([]);
});

test.each(refused)('the block at $at is refused by the rule that it names', ({ kind = 'role', block }) => {
  expect(rulesOf(kind, block)).toContain(refusal(block));
});

test('the role in the README is the one in config/roles', () => {
  const shown = found.find(({ at, kind }) => at.startsWith('README.md') && kind === 'role');
  expect(shown?.block.text).toBe(read('config/roles/deploy-web.yml'));
});
