import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { ISSUER_NAMES, writeStarter } from '../../../lib/cli/starter.ts';
import { parse } from '../../../lib/language/parse.ts';
import { toPlain } from '../../../lib/language/tree.ts';
import { formatText } from '../../../lib/review/author/format.ts';
import { SCHEMAS, type SchemaName, writeSchema } from '../../../lib/review/author/schema.ts';
import { PRESETS, type Preset } from '../../../lib/token/presets.ts';
import { NoComplaints } from '../../harness/complaints.ts';
import { blocks, DOCUMENTS, ROOT, read } from '../../harness/markdown.ts';
import { BUILDKITE, compileText } from '../../harness/policy.ts';

const NAMES = Object.keys(SCHEMAS) as SchemaName[];
const ajv = new Ajv({
  allErrors: true,
  allowUnionTypes: true,
  strictRequired: false,
  strictTypes: false,
  logger: false,
});
const validators = Object.fromEntries(NAMES.map(name => [name, ajv.compile(SCHEMAS[name])]));

/** What an editor would say of a text: where, and by which keyword. */
function saidOf(name: SchemaName, text: string): string[] {
  const tree = parse('tested.yml', text, new NoComplaints());
  const validate = validators[name];
  validate?.(tree && JSON.parse(JSON.stringify(toPlain(tree))));
  return (validate?.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
}

function kindOf(path: string): SchemaName {
  const file = basename(path);
  if (['broker.yml', 'invariants.yml', 'teams.yml'].includes(file))
    return file.replace('.yml', '') as SchemaName;
  if (file.endsWith('.test.yml')) return 'test';
  return basename(dirname(path)) === 'registries' ? 'registry' : 'role';
}

const CONFIGURED = ['config', 'examples'].flatMap(folder =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.yml'))
    .map(path => `${folder}/${path}`),
);

test.each(NAMES)('docs/reference/%s.schema.json is what kite-sts schema prints', name => {
  expect(read(`docs/reference/${name}.schema.json`)).toBe(writeSchema(name));
});

test.each(CONFIGURED)('the first line of %s points an editor to its schema', path => {
  const [, target = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(read(path)) ?? [];
  expect(basename(target)).toBe(`${kindOf(path)}.schema.json`);
  expect(existsSync(join(ROOT, dirname(path), target))).toBe(true);
});

const WISH = { organization: 'acme', region: 'eu-central-1', drift: false };
const STARTED = (['config', 'policies/ci'] as const).flatMap(config =>
  ISSUER_NAMES.flatMap(issuer =>
    Object.entries(
      writeStarter({ ...WISH, issuer, config }, { tarball: 'vendor/x.tgz', serverless: '4.0.0' }),
    )
      .filter(([path]) => path.startsWith(`${config}/`))
      .map(([path, text]) => ({ issuer, path, text })),
  ),
);

test.each(STARTED)(
  'what init writes at $path for $issuer points to a schema of the package, and meets it',
  ({ path, text }) => {
    const [, target = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
    const own = join(dirname(path), target).replace('node_modules/kite-sts/', '');
    expect(own).toBe(`docs/reference/${kindOf(path)}.schema.json`);
    expect(saidOf(kindOf(path), text)).toEqual([]);
    expect(formatText(text, kindOf(path))).toBe(text);
  },
);

test.each(CONFIGURED)('an editor finds nothing wrong in %s', path => {
  expect(saidOf(kindOf(path), read(path))).toEqual([]);
});

const SHOWN = DOCUMENTS.flatMap(page =>
  blocks(read(page))
    .filter(({ language, words }) => language === 'yaml' && !words.some(word => word.startsWith('refused=')))
    .flatMap(({ words, text, line }) => {
      const kind = (['role', 'registry', 'broker'] as const).find(each => words.includes(each));
      return kind ? [{ kind, text, at: `${page}:${line}` }] : [];
    }),
);

test.each(SHOWN)('an editor finds nothing wrong in the $kind at $at, which loads', ({ kind, text }) => {
  expect(saidOf(kind, text)).toEqual([]);
});

const TRUST = `trust: [{ iss: "${BUILDKITE}", claims: { organization_slug: acme } }]\n`;
const JWT = 'jwt: { audience: https://api.test.example }\n';
function ofClaims(claims: string): string {
  return `trust: [{ iss: "${BUILDKITE}", claims: ${claims} }]\n${JWT}`;
}

describe('an editor finds, as the loader does,', () => {
  test.each<[name: string, text: string, said: string]>([
    ['a key that is mistyped', `${TRUST}${JWT}contcat: me`, ' additionalProperties'],
    ['a role without trust', JWT, ' required'],
    ['a role with two providers', `${TRUST}${JWT}azure: {}`, ' oneOf'],
    ['a role without a provider', TRUST, ' oneOf'],
    ['an empty list of statements', `trust: []\n${JWT}`, '/trust minItems'],
    ['a truth in quotes', `${TRUST}${JWT}single_use: "yes"`, '/single_use type'],
    ['a session that is too long', `${TRUST}${JWT}session: { seconds: 99999 }`, '/session/seconds maximum'],
    [
      'a member of a provider that is mistyped',
      `${TRUST}jwt: { audence: "https://a.example" }`,
      '/jwt additionalProperties',
    ],
    ['a statement without an issuer', `trust: [{ claims: { a: b } }]\n${JWT}`, '/trust/0 required'],
    [
      'a claim beside claims',
      `trust: [{ iss: "${BUILDKITE}", claims: { organization_slug: acme }, build_branch: main }]\n${JWT}`,
      '/trust/0 additionalProperties',
    ],
    [
      'an operator in the flat form',
      `trust: [{ iss: "${BUILDKITE}", organization_slug: { in: [acme] } }]\n${JWT}`,
      '/trust/0/organization_slug type',
    ],
    [
      'an operator that is mistyped',
      ofClaims('{ organization_slug: { equal: acme } }'),
      '/trust/0/claims/organization_slug additionalProperties',
    ],
    [
      'a list without an operator',
      ofClaims('{ organization_slug: [acme] }'),
      '/trust/0/claims/organization_slug type',
    ],
    [
      'one value under in',
      ofClaims('{ organization_slug: { in: acme } }'),
      '/trust/0/claims/organization_slug/in type',
    ],
  ])('%s', (_name, text, said) => {
    expect(saidOf('role', text)).toContain(said);
    expect(compileText(text).complaints).not.toEqual([]);
  });
});

test('editors offer the claims of every preset, by its issuer', () => {
  const { statement } = SCHEMAS.role['definitions'] as { statement: { allOf: unknown[] } };
  const offered = JSON.parse(JSON.stringify(statement.allOf)) as {
    if: { properties: { iss: { const?: string; pattern?: string } } };
    then: { properties: { claims: { properties: object } } };
  }[];
  const known = Object.values<Preset>(PRESETS).map(({ issuer, customer, vocabulary }) => [
    issuer ?? customer?.pattern.source,
    Object.keys(vocabulary.claims),
  ]);
  expect(
    offered.map(each => [
      each.if.properties.iss.const ?? each.if.properties.iss.pattern,
      Object.keys(each.then.properties.claims.properties),
    ]),
  ).toEqual(known);
});
