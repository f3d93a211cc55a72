import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../../lib/cli/run.ts';
import { emptyFolder, testTerminal } from '../../harness/local.ts';

type Sentence = {
  readonly id: string;
  readonly verdict: string;
  readonly broken: { readonly role: string }[];
};

async function prove(folder: string): Promise<Sentence[]> {
  const terminal = testTerminal({ KITE_STS_CONFIG: folder });
  await run(['prove', '--json'], terminal);
  return JSON.parse(terminal.written.join(''));
}

/** A role's file, or broker.yml, with one sentence loosened: what must then be refuted, and of which role. */
type Loosened = readonly [sentence: string, role: string, file: string, from: string, to: string];

const STARTER: readonly Loosened[] = [
  [
    'acme-only',
    'deploy-web',
    'roles/deploy-web.yml',
    'organization_slug: acme',
    'organization_slug: { in: [acme, other] }',
  ],
  [
    'acme-only',
    'packages-publish',
    'roles/packages-publish.yml',
    'organization_slug: acme',
    'organization_slug: { in: [acme, other] }',
  ],
  [
    'deploys-from-main',
    'deploy-web',
    'roles/deploy-web.yml',
    'build_source: { in: [webhook, schedule] }',
    'build_source: { in: [webhook, schedule, ui] }',
  ],
  ['own-accounts', 'deploy-web', 'roles/deploy-web.yml', '123456789012', '123456789013'],
];

const EXAMPLE: readonly Loosened[] = [
  ['acme-only', 'preview-web', 'roles/preview-web.yml', 'acme/web', 'acme/api'],
  [
    'acme-only',
    'production-web',
    'roles/production-web.yml',
    'organization_slug: acme',
    'organization_slug: other',
  ],
  [
    'production-from-main',
    'production-web',
    'roles/production-web.yml',
    'build_branch: main',
    'build_branch: { matches: "main*" }',
  ],
  [
    'no-github',
    'production-web',
    'roles/production-web.yml',
    'trust:\n',
    'trust:\n  - { iss: https://token.actions.githubusercontent.com, repository: acme/web }\n',
  ],
  ['own-accounts', 'preview-web', 'roles/preview-web.yml', '123456789012', '210987654321'],
  ['own-accounts', 'production-web', 'roles/production-web.yml', '123456789012', '210987654321'],
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

test.each(ALL)(
  'in %s, %s is refuted of %s when %s is loosened',
  async (folder, sentence, role, file, from, to) => {
    const proofs = await prove(
      changed(folder, [
        ['broker.yml', GUARD, ''],
        [file, from, to],
      ]),
    );
    const found = proofs.find(({ id }) => id === sentence);
    expect([found?.verdict, found?.broken.map(each => each.role)]).toEqual([
      'refuted',
      expect.arrayContaining([role]),
    ]);
  },
);

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
