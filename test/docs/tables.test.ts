import { readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MEMBERS } from '../../lib/audit/event.ts';
import { SUMMARIES } from '../../lib/cli/overview.ts';
import { VERBS } from '../../lib/cli/run.ts';
import { EXIT } from '../../lib/cli/verb.ts';
import { ENDPOINT_PRESETS } from '../../lib/config/endpoint-presets.ts';
import { SETTINGS } from '../../lib/config/settings.ts';
import { CODES, type Code } from '../../lib/errors.ts';
import { RULES } from '../../lib/language/complaint.ts';
import type { SessionLimits } from '../../lib/language/kinds/kind.ts';
import { findKind, KINDS } from '../../lib/language/kinds.ts';
import { OPERATORS } from '../../lib/policy/condition.ts';
import type { KindName } from '../../lib/policy/targets.ts';
import { PAGES } from '../../lib/protocols/discovery.ts';
import { REMEDIES } from '../../lib/protocols/remedies.ts';
import { DOORS, REGISTRY_ROUTES } from '../../lib/serve.ts';
import { PRESETS, type Preset, type PresetName } from '../../lib/token/presets.ts';
import { TRUST } from '../harness/grant.ts';
import {
  anchors,
  blocks,
  CLI_PAGES,
  code,
  codes,
  ROOT,
  read,
  rowsOf,
  rowsUnder,
  tables,
} from '../harness/markdown.ts';
import { roleFrom } from '../harness/policy.ts';
import { listUntold, writeOptionTables } from './options.ts';

const POLICY = 'docs/reference/policy.md';
const CONFIGURATION = 'docs/reference/configuration.md';

function firsts(path: string, header: string): string[] {
  return rowsOf(path, header).map(([first]) => code(first));
}

/** The keys that the page of the policy has below this heading. */
function keysUnder(heading: string): string[] {
  return rowsUnder(POLICY, heading, 'key').flatMap(([key]) => codes(key));
}

/** The keys of a shape in the source: shapes do not tell them, and a page must name them all. */
function keysIn(file: string, shape: string): string[] {
  const body =
    new RegExp(`const ${shape} = object\\(\\{\\n([\\s\\S]*?)\\n\\}\\)`).exec(read(file))?.[1] ?? '';
  return [...body.matchAll(/^ {2}(\w+): (?:optional|required)\(/gm)].map(({ 1: key = '' }) => key);
}

/** What a product of numbers in the source is, such as `24 * 3_600`. */
function multiply(value: string): number {
  return value.split('*').reduce((product, factor) => product * Number(factor.replaceAll('_', '').trim()), 1);
}

const kinds = Object.keys(KINDS) as KindName[];
const POOL =
  '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci-pool/providers/kite-sts';
function templateOf(provider: string) {
  return roleFrom(`${TRUST}${provider}\n`).template;
}
/** What the page says once of every preset. */
const REGISTERED = [
  ['string', '`iss` `sub` `aud` `jti`'],
  ['number', '`exp` `nbf` `iat`'],
] as const;
const presets = Object.entries(PRESETS) as [PresetName, Preset][];

/** The text of a cell as a page without links has it: what is linked is in the package. */
function plainText(cell: string): string {
  return cell
    .replace(
      /\[([^\]]*)\]\(([^)#]*)[^)]*\)/g,
      (_, said, to) => `${said} (${posix.join('docs/reference', to)})`,
    )
    .replaceAll('`', '');
}

test.each(Object.entries(REMEDIES))(
  'I13: the page of %s says what to do, as the reference does',
  (known, { step, operator }) => {
    const row = rowsOf('docs/reference/errors.md', 'code').find(([first]) => code(first) === known);
    const says = operator === undefined ? step : `${step} Operator: ${operator}`;
    expect(says).toBe(plainText(row?.[2] ?? ''));
  },
);

const endpoints = firsts('docs/endpoints/README.md', 'preset');

describe('each is documented, and nothing that is not there is', () => {
  const both: readonly (readonly [what: string, documented: readonly string[], known: readonly string[]])[] =
    [
      ['codes', firsts('docs/reference/errors.md', 'code'), Object.keys(CODES)],
      ['rules of lint', firsts('docs/reference/lint.md', 'rule'), Object.keys(RULES)],
      ['settings', firsts(CONFIGURATION, 'variable'), Object.keys(SETTINGS)],
      ['members of an audit event', firsts('docs/reference/audit.md', 'member'), MEMBERS],
      ['verbs', firsts('docs/reference/cli.md', 'verb'), Object.keys(VERBS)],
      ['presets', firsts(CONFIGURATION, 'preset'), Object.keys(PRESETS)],
      ['operators', firsts(POLICY, 'operator'), OPERATORS],
      ['keys of a role', keysUnder('A role'), [...keysIn('lib/language/role.ts', 'ROLE'), ...kinds]],
      ['keys of a registry', keysUnder('A registry'), keysIn('lib/language/registry.ts', 'REGISTRY')],
      ...kinds.map(
        kind =>
          [
            `keys of a role with ${kind}`,
            keysUnder(kind),
            keysIn(`lib/language/kinds/${kind}.ts`, 'SHAPE'),
          ] as const,
      ),
      [
        'keys of an endpoint',
        firsts(CONFIGURATION, 'key of an endpoint'),
        keysIn('lib/config/endpoints.ts', 'ENDPOINT'),
      ],
      ['keys of an app', firsts(CONFIGURATION, 'key of an app'), keysIn('lib/config/apps.ts', 'APP')],
      ['presets of endpoints', endpoints.filter(name => name !== ''), Object.keys(ENDPOINT_PRESETS)],
      [
        'keys of broker.yml',
        firsts(CONFIGURATION, 'key of broker.yml'),
        keysIn('lib/config/load.ts', 'BROKER'),
      ],
      [
        'keys of teams.yml',
        firsts(CONFIGURATION, 'key of teams.yml'),
        keysIn('lib/config/teams.ts', 'TEAMS'),
      ],
      ['keys of a team', firsts(CONFIGURATION, 'key of a team'), keysIn('lib/config/teams.ts', 'TEAM')],
      ['targets of a team', firsts(CONFIGURATION, 'under `targets`'), kinds],
      [
        'keys of an issuer row',
        firsts(CONFIGURATION, 'key of a row'),
        keysIn('lib/config/issuers.ts', 'ROW'),
      ],
    ];

  test.each(both)('%s', (_what, documented, known) => {
    expect(documented.length).toBeGreaterThan(0);
    expect([...documented].sort()).toEqual([...known].sort());
  });

  test('doors and pages', () => {
    const rows = rowsUnder('docs/reference/http.md', 'Doors and pages', 'method');
    const known = [
      ...Object.keys(DOORS),
      ...REGISTRY_ROUTES,
      ...Object.keys(PAGES).map(path => `GET ${path}`),
      'GET /errors/{code}',
    ];
    expect(rows.map(([method, path]) => `${method} ${code(path)}`).sort()).toEqual(known.sort());
  });

  test('options of the verbs, as they declare them: node test/docs/options.ts writes them', async () => {
    const pages = CLI_PAGES.map(read);
    expect(await listUntold(pages)).toEqual([]);
    expect(pages).toEqual(await writeOptionTables(pages));
  });

  test.each(rowsOf('docs/reference/cli.md', 'verb').map(([cell = '']) => [code(cell), cell]))(
    'the section of %s is where the list of verbs leads to',
    (name, cell) => {
      const [, page = '', anchor] = /\]\(([^)#]*)#([^)]*)\)/.exec(cell) ?? [];
      expect(anchor).toBe(name);
      expect(anchors(read(`docs/reference/${page || 'cli.md'}`))).toContain(anchor);
    },
  );

  test('constants that are limits, with their values', async () => {
    const documented = rowsOf('docs/reference/limits.md', 'limit').map(
      ([value, , name]) => `${code(name)} ${value}`,
    );
    const files = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' });
    const known = files
      .filter(file => file.endsWith('.ts'))
      .flatMap(file => [...read(`lib/${file}`).matchAll(/^export const ([A-Z_]+) = ([\d_ *]+);$/gm)])
      .map(([, name, value = '']) => `${name} ${multiply(value)}`);
    expect(documented.sort()).toEqual(known.sort());
  });
});

describe('what the tables say is so', () => {
  test.each(rowsOf('docs/reference/errors.md', 'code').map(row => ({ code: code(row[0]) as Code, row })))(
    'the meaning of $code',
    ({ code: each, row: [, meaning] }) => {
      expect(meaning).toBe(CODES[each].says);
    },
  );

  test.each(rowsOf(CONFIGURATION, 'variable').map(([name, fallback]) => ({ name: code(name), fallback })))(
    'the default of $name',
    ({ name, fallback = '' }) => {
      const setting: { says: string; fallback?: string } = SETTINGS[name as keyof typeof SETTINGS];
      expect(code(fallback) || undefined).toBe(setting.fallback);
    },
  );

  test.each(rowsOf('docs/reference/cli.md', 'verb').map(([name, does]) => ({ name: code(name), does })))(
    'what $name does',
    ({ name, does }) => {
      expect(does).toBe(SUMMARIES[name]);
    },
  );

  test('exit codes', () => {
    const documented = rowsOf('docs/reference/cli.md', 'exit code').map(([value, name]) => [
      code(name),
      Number(value),
    ]);
    expect(Object.fromEntries(documented)).toEqual(EXIT);
  });

  test.each(presets)('the preset %s', (name, preset) => {
    const row = rowsOf(CONFIGURATION, 'preset').find(([first]) => code(first) === name) ?? [];
    const [, issuer, keys, algorithms, longest, binds] = row;
    const url = preset.issuer ?? code(issuer);
    expect(preset.owns.test(url)).toBe(true);
    expect([code(issuer), code(keys)]).toEqual([url, preset.jwks(url)]);
    expect(codes(algorithms)).toEqual(preset.algorithms);
    expect(Number(longest)).toBe(preset.maxTokenLifetime);
    expect(codes(binds)).toEqual(preset.binding.flatMap(({ anyOf }) => anyOf));
  });

  test.each(presets)('the claims of %s', (name, { vocabulary }) => {
    const own = rowsOf(CONFIGURATION, 'claims of').filter(([of]) => code(of) === name);
    const documented = [
      ...REGISTERED,
      ...own.map(([, types = '', names]) => [types, names] as const),
    ].flatMap(([types, names]) => codes(names).map(claim => [claim, types] as const));
    const known = [
      ...Object.entries(vocabulary.claims).map(([claim, types]) => [claim, types.join(' or ')] as const),
      ...Object.entries(vocabulary.prefixes).map(
        ([prefix, types]) => [`${prefix}*`, types.join(' or ')] as const,
      ),
    ];
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(known));
  });

  /** A column of the table of session lengths: a kind, and what of a role makes them others. */
  const LENGTHS: { readonly [column: string]: SessionLimits } = {
    aws: findKind('aws').lengths(templateOf('aws: { role_arn: "arn:aws:iam::123456789012:role/a" }')),
    'aws via: web_identity': findKind('aws').lengths(undefined),
    gcp: findKind('gcp').lengths(templateOf(`gcp: { audience: ${POOL} }`)),
    'gcp service_account': findKind('gcp').lengths(undefined),
    azure: findKind('azure').lengths(undefined),
    github: findKind('github').lengths(undefined),
    buildkite: findKind('buildkite').lengths(undefined),
    'buildkite client_id': findKind('buildkite').lengths({ client_id: 'a' }),
    oauth: findKind('oauth').lengths(undefined),
    jwt: findKind('jwt').lengths(undefined),
  };

  test('the session lengths of each kind', () => {
    const [header] = tables(read(POLICY)).filter(({ heading }) => heading === 'Sessions');
    const columns = header?.header.slice(1).map(cell => codes(cell).join(' ')) ?? [];
    expect(columns).toEqual(Object.keys(LENGTHS));
    expect(new Set(columns.map(column => column.split(' ')[0]))).toEqual(new Set(kinds));
    const rows = header?.rows.map(([, ...cells]) => cells.map(Number)) ?? [];
    expect(rows).toEqual(
      (['fallback', 'min', 'max'] as const).map(each => columns.map(column => LENGTHS[column]?.[each])),
    );
  });
});

describe('the examples of audit events', () => {
  const events = blocks(read('docs/reference/audit.md')).filter(({ words }) => words.includes('event'));

  test('there is one for each outcome', () => {
    expect(events.map(({ text }) => (JSON.parse(text) as { outcome: string }).outcome)).toEqual([
      'issued',
      'denied',
      'failed',
      'authorized',
    ]);
  });

  test.each(events)('at line $line has known members in their order', ({ text }) => {
    const members = Object.keys(JSON.parse(text));
    expect(members).toEqual(MEMBERS.filter(member => members.includes(member)));
  });
});
