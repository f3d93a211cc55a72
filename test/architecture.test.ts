import { describe, expect, test } from 'vitest';
import { filesBelow, type Import, type Node, type Source, sourceOf } from './harness/source.ts';

/** A room is a folder of lib/ or of lib/review/, or one of the files that stand there; functions/ is one room. */
function roomOf(path: string): string {
  return /^(?:lib\/)?((?:review\/)?[^/]+)/.exec(path)?.[1] ?? path;
}

function readWords(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

/** A line for each name, with all that it lists. A line that begins with a space goes on with the one before. */
function readLists(text: string): { readonly [name: string]: readonly string[] } {
  const lines = text
    .trim()
    .split(/\n(?! )/)
    .map(readWords);
  return Object.fromEntries(lines.map(([name = '', ...list]) => [name.slice(0, -1), list]));
}

/**
 * Who may import whom, types included. A room may always import itself. From the lowest up: each line names lines above
 * it alone, so that no two rooms need each other.
 */
const MAY_IMPORT = readLists(`
errors.ts:
policy:
language: policy
vendor:
http:
aws: http
keys: http aws
token: errors.ts policy http keys
events: policy
switch.ts: policy token
stores: errors.ts policy language aws keys token events switch.ts
providers: errors.ts policy http aws keys token stores
outcome.ts: errors.ts policy token switch.ts stores providers
visit.ts: errors.ts policy outcome.ts
hint.ts: errors.ts policy token outcome.ts
answer.ts: errors.ts policy providers outcome.ts hint.ts
record.ts: errors.ts policy switch.ts outcome.ts hint.ts answer.ts
audit: errors.ts policy token record.ts
recorder.ts: errors.ts outcome.ts record.ts audit
counts.ts: policy stores outcome.ts
authenticate.ts: policy token switch.ts outcome.ts visit.ts counts.ts
decide-registry.ts: errors.ts policy outcome.ts visit.ts authenticate.ts
job-events.ts: policy events stores
job-facts.ts: errors.ts policy switch.ts stores outcome.ts visit.ts
spend.ts: errors.ts stores outcome.ts visit.ts job-facts.ts
exchange.ts: errors.ts policy stores providers outcome.ts visit.ts counts.ts authenticate.ts job-facts.ts
    spend.ts
protocols: errors.ts policy token stores providers outcome.ts answer.ts exchange.ts
identity.ts: errors.ts token switch.ts stores outcome.ts protocols
access.ts: errors.ts policy token stores providers outcome.ts visit.ts answer.ts recorder.ts counts.ts
    authenticate.ts decide-registry.ts exchange.ts protocols
authorize.ts: errors.ts policy token switch.ts stores outcome.ts visit.ts answer.ts recorder.ts counts.ts
    authenticate.ts decide-registry.ts exchange.ts protocols
serve.ts: errors.ts stores outcome.ts visit.ts answer.ts recorder.ts exchange.ts protocols identity.ts
    access.ts
config: policy language aws token stores
authenticator.ts: http aws keys token switch.ts stores authenticate.ts
broker.ts: errors.ts job-events.ts policy authenticator.ts aws keys token switch.ts stores providers audit exchange.ts
    protocols access.ts authorize.ts serve.ts config
lambda: errors.ts policy http events aws keys token stores protocols authorize.ts config
functions: job-events.ts keys token protocols authorize.ts serve.ts config authenticator.ts broker.ts lambda
jobs: policy token
review/assume.ts: policy
review/explain: policy
review/space: policy token review/assume.ts
review/compare: policy language token stores config jobs review/assume.ts review/explain review/space
review/targets: policy
review/cases: policy language token config jobs review/assume.ts review/explain review/space review/compare
review/lint: policy language token config jobs review/space review/compare
review/findings.ts: language config review/lint
review/author: policy language token config review/targets review/cases review/lint
review/console: policy language token config jobs review/assume.ts review/explain review/space
    review/compare review/cases review/lint
client: errors.ts token protocols
doctor: policy http aws token config review/targets client
local: errors.ts job-events.ts policy language keys token stores providers protocols authorize.ts serve.ts
    config broker.ts jobs
estate: policy language token config jobs review/assume.ts review/space review/compare review/targets
    review/author client
cli: errors.ts policy language aws keys token switch.ts stores protocols config jobs review/assume.ts
    review/explain review/compare review/targets review/cases review/lint review/findings.ts review/author
    review/space client
    doctor local estate vendor
`);

/** Each package lives where its name says, and nowhere else. Node's own modules by the rooms that do I/O. */
const HOMES = readLists(`
@aws-sdk/credential-provider-node: lib/cli/operator.ts
@smithy/core/config: lib/cli/operator.ts
yaml: lib/language/parse.ts lib/review/author/
@codemirror/autocomplete: lib/review/console/view/editor.ts
@codemirror/commands: lib/review/console/view/editor.ts
@codemirror/lang-yaml: lib/review/console/view/editor.ts
@codemirror/language: lib/review/console/view/editor.ts
@codemirror/lint: lib/review/console/view/editor.ts
@codemirror/state: lib/review/console/view/editor.ts
@codemirror/view: lib/review/console/view/editor.ts
@lezer/highlight: lib/review/console/view/editor.ts
jose: lib/keys/local.ts lib/local/
node:crypto: lib/aws/ lib/keys/ lib/token/ lib/providers/ lib/stores/ lib/broker.ts lib/local/
    lib/client/endpoint.ts lib/cli/ lib/vendor/
@middy/core: lib/lambda/
aws-lambda: lib/lambda/
node:zlib: lib/cli/estate/events.ts
node:fs: lib/cli/ lib/config/ lib/local/page.ts lib/local/watch.ts lib/lambda/log.ts lib/review/cases/files.ts
    lib/stores/compiled.ts
node:path: lib/cli/ lib/config/ lib/stores/compiled.ts lib/client/folder.ts lib/review/cases/files.ts
    lib/vendor/check.ts
node:http: lib/local/ lib/client/endpoint.ts lib/client/job-api.ts lib/client/tunnel.ts
node:https: lib/client/tunnel.ts
node:net: lib/client/proxy.ts lib/client/tunnel.ts lib/cli/main.ts
node:tls: lib/client/tunnel.ts lib/doctor/outside/certificate.ts
node:child_process: lib/client/child.ts lib/client/subject/program.ts lib/cli/compare/revision.ts
    lib/cli/tarball.ts lib/cli/upgrade/ lib/vendor/check.ts
node:os: lib/cli/ lib/client/ lib/vendor/check.ts
node:fs/promises: lib/cli/ lib/client/folder.ts lib/vendor/check.ts
node:process: lib/cli/ lib/client/child.ts
node:stream/consumers: lib/cli/
infra/build.ts: lib/local/page.ts
node:util: lib/cli/ lib/client/subject/program.ts lib/vendor/check.ts
`);

const SOURCES: readonly Source[] = ['lib', 'functions']
  .flatMap(filesBelow)
  .filter(path => path.endsWith('.ts'))
  .map(path => sourceOf(path));
const PATHS = new Set(SOURCES.map(({ path }) => path));
const IMPORTS = SOURCES.flatMap(({ imports }) => imports);
const RUN_TIME = IMPORTS.filter(({ runTime }) => runTime);
function arrow({ from, to }: Import): string {
  return `${from} → ${to}`;
}

describe('the reader of imports sees', () => {
  test.each<[text: string, runTime: boolean]>([
    ["import x from './x.ts'", true],
    ["import { type X } from './x.ts'", true],
    ["import './x.ts'", true],
    ["export { x } from './x.ts'", true],
    ["export * from './x.ts'", true],
    ["const x = () => import('./x.ts')", true],
    ["import type { X } from './x.ts'", false],
    ["export type { X } from './x.ts'", false],
    ["type X = import('./x.ts').X", false],
  ])('%s', (text, runTime) => {
    expect(sourceOf('lib/a/b.ts', text).imports).toEqual([{ from: 'lib/a/b.ts', to: 'lib/a/x.ts', runTime }]);
  });

  test('and no import in a text or a comment', () => {
    expect(sourceOf('lib/a.ts', "// import './x.ts'\nconst a = \"import './x.ts'\";").imports).toEqual([]);
  });
});

test('every room has its row in the table, and every row its room', () => {
  const rooms = new Set(SOURCES.map(({ path }) => roomOf(path)));
  expect([...rooms].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
});

test('every import leads to a file that is there or to a package of the table', () => {
  const lost = IMPORTS.filter(
    ({ to }) => !PATHS.has(to) && !Object.hasOwn(HOMES, to) && !to.startsWith('node:'),
  );
  expect(lost.map(arrow)).toEqual([]);
});

test.each(Object.entries(MAY_IMPORT))('%s imports %j and itself alone', (room, allowed) => {
  const wrong = IMPORTS.filter(({ from, to }) => {
    if (roomOf(from) !== room || !PATHS.has(to) || roomOf(to) === room) return false;
    return !allowed.includes(roomOf(to));
  });
  expect(wrong.map(arrow)).toEqual([]);
});

test.each(Object.entries(HOMES))('at run time %s is imported below %j alone', (name, homes) => {
  const users = RUN_TIME.filter(({ to }) => to === name);
  expect(users.filter(({ from }) => !homes.some(home => from.startsWith(home))).map(arrow)).toEqual([]);
});

test('a module is had by an import alone, but for the built-ins that a start puts off', () => {
  const LOADERS = ['createRequire', 'getBuiltinModule'];
  const users = SOURCES.filter(({ nodes }) =>
    nodes.some(({ type, name }) => type === 'Identifier' && LOADERS.includes(String(name))),
  );
  expect(users.map(({ path }) => path).sort()).toEqual([
    'lib/client/job-api.ts',
    'lib/http/address.ts',
    'lib/http/connection.ts',
    'lib/token/download.ts',
  ]);
});

test('what is pure imports nothing of Node, of AWS or of a signature library, not even their types', () => {
  const pure = readWords(`
    policy language jobs review/console review/explain review/lint review/space review/compare
    review/targets outcome.ts hint.ts answer.ts record.ts errors.ts audit
  `);
  const wrong = SOURCES.filter(({ path }) => pure.includes(roomOf(path)))
    .flatMap(({ imports }) => imports)
    .filter(({ to }) => !PATHS.has(to) && to !== 'yaml' && !/^@(codemirror|lezer)\//.test(to));
  expect(wrong.map(arrow)).toEqual([]);
});

test('the protocols know no type of Node or of AWS', () => {
  const protocols = SOURCES.filter(({ path }) => roomOf(path) === 'protocols').flatMap(
    ({ imports }) => imports,
  );
  expect(protocols.filter(({ to }) => /^(node:|@aws|aws-)/.test(to)).map(arrow)).toEqual([]);
});

test('what is pure asks no clock, no chance, no network and no process', () => {
  const GLOBALS = 'process fetch setTimeout setInterval performance crypto console globalThis'.split(' ');
  const impure = ({ type, name, object, property, callee, arguments: given }: Node): boolean => {
    if (type === 'Identifier') return GLOBALS.includes(String(name));
    if (type === 'NewExpression')
      return (callee as Node)['name'] === 'Date' && (given as Node[]).length === 0;
    if (type !== 'MemberExpression') return false;
    const member = `${(object as Node)['name']}.${(property as Node)['name']}`;
    return member === 'Date.now' || member === 'Math.random';
  };
  const pure = readWords(`
    policy language jobs review/assume.ts review/explain review/space review/compare review/lint
    review/targets hint.ts answer.ts protocols audit outcome.ts errors.ts counts.ts exchange.ts
    job-facts.ts events authorize.ts record.ts serve.ts
  `);
  const found = SOURCES.filter(({ path }) => pure.includes(roomOf(path)))
    .filter(({ nodes }) => nodes.some(impure))
    .map(({ path }) => path);
  expect(found).toEqual([]);
});

/** All that is loaded, at once or later, when this file is. */
function reachedFrom(start: string): Set<string> {
  const reached = new Set<string>();
  const visit = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const { from, to } of RUN_TIME) if (from === path) visit(to);
  };
  visit(start);
  return reached;
}

const SERVING = [...PATHS].filter(
  path => roomOf(path) === 'functions' || /^lib\/(serve|authenticator|broker)\.ts$/.test(path),
);

test.each(SERVING)(
  '%s never reaches the laptop, the command line, jose or claims that nobody verified',
  path => {
    const forbidden = [...reachedFrom(path)].filter(
      each => ['local', 'cli', 'jose'].includes(roomOf(each)) || each === 'lib/review/assume.ts',
    );
    expect(forbidden).toEqual([]);
  },
);

test('the client that others import needs nothing of Node and of no other room', () => {
  const reached = [...reachedFrom('lib/client/client.ts')];
  expect(reached.filter(path => roomOf(path) !== 'client')).toEqual([]);
});

const STEP = ['exchange', 'exec', 'credential-process', 'whoami'].map(verb => `lib/cli/verbs/${verb}.ts`);

test('the verbs of a step are there', () => {
  expect(STEP.filter(path => !PATHS.has(path))).toEqual([]);
});

test.each(STEP)('%s is quick to start: nothing that makes a broker is loaded', path => {
  const BROKER = ['broker.ts', 'serve.ts', 'exchange.ts', 'config', 'providers', 'stores', 'keys', 'local'];
  const SLOW = ['yaml', 'jose'];
  expect([...reachedFrom(path)].filter(each => BROKER.includes(roomOf(each)) || SLOW.includes(each))).toEqual(
    [],
  );
});

test('only the composition root picks providers', () => {
  const users = RUN_TIME.filter(
    ({ from, to }) => roomOf(to) === 'providers' && roomOf(from) !== 'providers',
  ).map(({ from }) => from);
  expect(new Set(users)).toEqual(new Set(['lib/broker.ts']));
});

/** Those that come back to themselves, by whatever they import. */
function findCircles(pairs: readonly (readonly [from: string, to: string])[]): string[] {
  const next = new Map<string, string[]>();
  for (const [from, to] of pairs) next.set(from, [...(next.get(from) ?? []), to]);
  const reach = (start: string): Set<string> => {
    const reached = new Set<string>();
    const visit = (each: string): void => {
      for (const to of next.get(each) ?? []) {
        if (reached.has(to)) continue;
        reached.add(to);
        visit(to);
      }
    };
    visit(start);
    return reached;
  };
  return [...next.keys()].filter(each => reach(each).has(each)).sort();
}

const INFRA = filesBelow('infra')
  .filter(path => path.endsWith('.ts'))
  .map(path => sourceOf(path));

test('nothing in the package imports the command line, of which it has a bundle alone', () => {
  const all = [...SOURCES, ...INFRA].flatMap(({ imports }) => imports);
  const inward = all.filter(({ from, to }) => to.startsWith('lib/cli/') && !from.startsWith('lib/cli/'));
  expect(inward).toEqual([]);
});

describe('no circle, types included,', () => {
  const ours = [...SOURCES, ...INFRA].flatMap(({ imports }) => imports);
  const within = ours.filter(({ to }) => /^(lib|functions|infra)\//.test(to));
  // The page of the console is made by infra's bundler, and infra is made of lib: the one import that looks up.
  const known = within.filter(({ from }) => from !== 'lib/local/page.ts');

  test('of files', () => {
    expect(findCircles(within.map(({ from, to }) => [from, to]))).toEqual([]);
  });

  test('of rooms', () => {
    const rooms = known.map(({ from, to }) => [roomOf(from), roomOf(to)] as const);
    expect(findCircles(rooms.filter(([from, to]) => from !== to))).toEqual([]);
  });

  test('and the search finds one', () => {
    const circle = [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'b'],
    ] as const;
    expect(findCircles(circle)).toEqual(['b', 'c']);
  });
});

test('no file or folder is named after nothing in particular', () => {
  const NOTHING = /(^|[-_.])(src|utils?|helpers?|common|types|shared|managers?|services?|misc)([-_.]|$)/i;
  const files = ['bin', 'config', 'docs', 'examples', 'functions', 'infra', 'lib', 'test'].flatMap(
    filesBelow,
  );
  // A file there is named after its rule, and `audience-shared` says what is found.
  const named = files.filter(path => !/^(docs\/lint|test\/docs\/left-alone)\//.test(path));
  expect(named.filter(path => path.split('/').some(part => NOTHING.test(part)))).toEqual([]);
});

/** Errors that stay inside a room: whoever calls these files there turns them into a BrokerError. */
const INSIDE: { readonly [path: string]: string } = {
  'lib/token/json.ts': 'JsonError',
  'lib/token/keyset.ts': 'KeySetError',
  'lib/token/download.ts': 'KeySetError',
};

describe('what is thrown', () => {
  const CLOSED =
    /^lib\/(token|providers|protocols)\/|^lib\/(access|answer|authenticate|authorize|decide-registry|exchange|job-facts|record|recorder|serve|spend|visit)\.ts$/;
  const typeName = (node: Node | undefined): unknown =>
    ((node?.['typeAnnotation'] as Node | undefined)?.['typeName'] as Node | undefined)?.['name'];

  /** The functions of a file that say they return one of these. */
  const makersIn = ({ nodes }: Source, errors: readonly string[]): unknown[] =>
    nodes.flatMap(node => {
      const made = (node['init'] ??
        node['value'] ??
        (node.type === 'FunctionDeclaration' ? node : undefined)) as Node | undefined;
      const name = (node['id'] ?? node['key']) as Node | undefined;
      return made && errors.includes(String(typeName(made['returnType'] as Node))) ? [name?.['name']] : [];
    });

  const caughtIn = ({ nodes }: Source): unknown[] =>
    nodes
      .filter(({ type }) => type === 'CatchClause')
      .map(({ param }) => (param as Node | undefined)?.['name']);

  const thrownWrong = (source: Source, errors: readonly string[]): unknown[] => {
    const makers = makersIn(source, errors);
    const caught = caughtIn(source);
    return source.nodes
      .filter(({ type }) => type === 'ThrowStatement')
      .map(({ argument }) => argument as Node)
      .filter(({ type, callee, name }) => {
        const called = callee as Node | undefined;
        if (type === 'NewExpression') return !errors.includes(String(called?.['name']));
        if (type === 'CallExpression')
          return !makers.includes(called?.['name'] ?? (called?.['property'] as Node)?.['name']);
        return type !== 'Identifier' || !caught.includes(name);
      })
      .map(({ type, start }) => `${type} at character ${start}`);
  };

  test.each(SOURCES.filter(({ path }) => CLOSED.test(path)).map(source => [source.path, source] as const))(
    'in %s is a BrokerError, or stays in the room',
    (path, source) => {
      expect(thrownWrong(source, [INSIDE[path] ?? 'BrokerError'])).toEqual([]);
    },
  );

  test.each([
    ["throw new Error('x')"],
    ['throw wrong()'],
    ['const wrong = (): Error => new Error(); throw wrong()'],
    ['throw error'],
    ["throw 'x'"],
  ])('would be found: %s', text => {
    expect(thrownWrong(sourceOf('lib/token/x.ts', text), ['BrokerError'])).toHaveLength(1);
  });
});

test('an exchange has one place where a failure becomes an outcome', () => {
  const exchange = SOURCES.find(({ path }) => path === 'lib/exchange.ts');
  expect(exchange?.nodes.filter(({ type }) => type === 'CatchClause')).toHaveLength(1);
});
