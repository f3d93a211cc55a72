import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runLine } from '../../harness/command-line.ts';
import { emptyFolder } from '../../harness/local.ts';

type Sentence = {
  readonly id: string;
  readonly verdict: string;
  readonly broken: { readonly role: string }[];
};

async function prove(folder: string): Promise<Sentence[]> {
  return JSON.parse((await runLine(['prove', '--json'], { KITE_STS_CONFIG: folder })).out);
}

/** A role's file with one sentence loosened: what must then be refuted, and of which role. */
type Loosened = readonly [sentence: string, role: string, from: string, to: string];

const OTHER = 'trust:\n  - { iss: https://token.actions.githubusercontent.com, repository: acme/web }\n';

const STARTER: readonly Loosened[] = [
  ['acme-only', 'deploy-web', 'organization_slug: acme', 'organization_slug: { in: [acme, other] }'],
  ['acme-only', 'packages-publish', 'organization_slug: acme', 'organization_slug: { in: [acme, other] }'],
  ['deploys-from-main', 'deploy-web', 'in: [webhook, schedule]', 'in: [webhook, schedule, ui]'],
  ['own-accounts', 'deploy-web', '123456789012', '123456789013'],
];

const EXAMPLE: readonly Loosened[] = [
  ['acme-only', 'preview-web', 'acme/web', 'acme/api'],
  ['acme-only', 'production-web', 'organization_slug: acme', 'organization_slug: other'],
  ['production-from-main', 'production-web', 'build_branch: main', 'build_branch: { matches: "main*" }'],
  ['no-github', 'production-web', 'trust:\n', OTHER],
  ['own-accounts', 'preview-web', '123456789012', '210987654321'],
  ['own-accounts', 'production-web', '123456789012', '210987654321'],
];

/** Without the guard of broker.yml, so that the role alone is what keeps a sentence true. */
const GUARD = /^ +(# kite-sts-ignore .*|require: .*)\n/gm;

function changed(
  folder: string,
  changes: readonly (readonly [file: string, from: string | RegExp, to: string])[],
) {
  const copy = emptyFolder();
  cpSync(folder, copy, { recursive: true });
  for (const [file, from, to] of changes) {
    const text = readFileSync(join(copy, file), 'utf8');
    const after = text.replaceAll(from, to);
    if (typeof from === 'string' && after === text) throw new Error(`${file} has no "${from}"`);
    writeFileSync(join(copy, file), after);
  }
  return copy;
}

const ALL = [
  ...STARTER.map(each => ['config', ...each] as const),
  ...EXAMPLE.map(each => ['examples/invariants/config', ...each] as const),
];

test.each(ALL)('in %s, %s is refuted of %s when %s is loosened', async (folder, sentence, role, from, to) => {
  const loosened = [`roles/${role}.yml`, from, to] as const;
  const proofs = await prove(changed(folder, [['broker.yml', GUARD, ''], loosened]));
  const found = proofs.find(({ id }) => id === sentence);
  expect([found?.verdict, found?.broken.map(each => each.role)]).toEqual([
    'refuted',
    expect.arrayContaining([role]),
  ]);
});

test.each(['config', 'examples/invariants/config'])(
  'each sentence of %s is proved as it stands',
  async folder => {
    const proofs = await prove(folder);
    expect(proofs.filter(({ verdict }) => verdict !== 'proved')).toEqual([]);
    expect(proofs.map(({ id }) => id)).toEqual([
      ...new Set(ALL.filter(([of]) => of === folder).map(([, sentence]) => sentence)),
    ]);
  },
);
