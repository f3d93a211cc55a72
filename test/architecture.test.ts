import { describe, expect, test } from 'vitest';
import { filesBelow, type Import, type Node, type Source, sourceOf } from './harness/source.ts';

/** A room is a folder of lib/ or of lib/review/, or one of the files that stand there; functions/ is one room. */
function roomOf(path: string): string {
  return /^(?:lib\/)?((?:review\/)?[^/]+)/.exec(path)?.[1] ?? path;
}

/** Who may import whom at run time. A room may always import itself; types may point anywhere. */
const MAY_IMPORT: { readonly [room: string]: readonly string[] } = {
  'errors.ts': [],
  policy: ['language/kinds.ts'],
  language: ['policy'],
  jobs: ['token/presets.ts'],
  'review/assume.ts': ['policy'],
  'review/explain': ['policy'],
  'review/space': ['policy', 'review/assume.ts', 'jobs'],
  'review/compare': [
    'jobs',
    'language',
    'policy',
    'review/assume.ts',
    'review/explain',
    'review/space',
    'review/targets',
  ],
  'review/cases': [
    'config',
    'jobs',
    'language',
    'policy',
    'review/assume.ts',
    'review/compare',
    'review/explain',
    'review/space',
  ],
  'review/lint': ['jobs', 'language', 'policy', 'review/compare', 'review/space'],
  'review/author': ['config', 'language', 'policy', 'review/cases', 'review/lint', 'token'],
  'review/targets': ['language', 'policy'],
  'review/console': [
    'jobs',
    'language',
    'policy',
    'review/assume.ts',
    'review/compare',
    'review/explain',
    'review/space',
    'token/json.ts',
  ],
  http: [],
  aws: ['http'],
  keys: ['aws', 'http/persist.ts'],
  audit: ['policy/claims.ts', 'policy/registries/grammar.ts'],
  token: ['errors.ts', 'http/address.ts', 'http/date.ts'],
  providers: ['errors.ts', 'aws', 'http'],
  stores: [
    'aws/call.ts',
    'aws/trouble.ts',
    'errors.ts',
    'keys/kept.ts',
    'keys/proof.ts',
    'language/nearest.ts',
    'policy',
    'switch.ts',
  ],
  'switch.ts': ['policy/claims.ts'],
  protocols: ['errors.ts', 'policy/name.ts', 'token/json.ts'],
  'outcome.ts': ['errors.ts', 'policy', 'switch.ts'],
  'counts.ts': ['policy'],
  'exchange.ts': ['counts.ts', 'errors.ts', 'policy', 'switch.ts'],
  'identity.ts': ['errors.ts', 'stores/failure.ts', 'switch.ts'],
  'access.ts': [
    'counts.ts',
    'errors.ts',
    'exchange.ts',
    'outcome.ts',
    'policy',
    'protocols',
    'record.ts',
    'switch.ts',
  ],
  'serve.ts': [
    'access.ts',
    'errors.ts',
    'exchange.ts',
    'identity.ts',
    'outcome.ts',
    'record.ts',
    'protocols',
  ],
  'authorize.ts': [
    'counts.ts',
    'errors.ts',
    'exchange.ts',
    'outcome.ts',
    'policy',
    'protocols',
    'record.ts',
    'switch.ts',
  ],
  'record.ts': ['errors.ts', 'outcome.ts', 'audit'],
  'broker.ts': [
    'aws',
    'http/date.ts',
    'errors.ts',
    'keys/kms.ts',
    'protocols/registry.ts',
    'switch.ts',
    'token',
    'providers',
    'stores',
  ],
  config: ['language', 'policy', 'stores', 'token'],
  lambda: [
    'aws',
    'config/settings.ts',
    'config/wiring.ts',
    'errors.ts',
    'keys',
    'protocols/registry.ts',
    'stores',
  ],
  functions: [
    'authorize.ts',
    'broker.ts',
    'serve.ts',
    'config',
    'keys',
    'lambda',
    'protocols',
    'token/clock.ts',
    'token/refresh.ts',
  ],
  local: [
    'authorize.ts',
    'broker.ts',
    'errors.ts',
    'serve.ts',
    'config',
    'keys',
    'jobs/scenarios.ts',
    'language/complaint.ts',
    'language/counted.ts',
    'policy/issuer.ts',
    'policy/path.ts',
    'protocols',
    'token',
  ],
  client: ['protocols/variables.ts', 'token/jws.ts'],
  doctor: ['aws'],
  cli: [
    'aws',
    'client',
    'protocols/variables.ts',
    'config',
    'errors.ts',
    'http',
    'keys/local.ts',
    'local',
    'policy',
    'jobs',
    'language',
    'review/assume.ts',
    'review/author',
    'review/cases',
    'review/compare',
    'review/explain',
    'review/lint',
    'review/space',
    'review/targets',
    'stores/switches.ts',
    'switch.ts',
    'token',
  ],
};

/** Each package lives where its name says, and nowhere else. Node's own modules by the rooms that do I/O. */
const HOMES: { readonly [name: string]: readonly string[] } = {
  '@aws-sdk/credential-provider-node': ['lib/cli/operator.ts'],
  '@smithy/core/config': ['lib/cli/operator.ts'],
  '@smithy/signature-v4': ['lib/aws/sign.ts'],
  yaml: ['lib/language/parse.ts', 'lib/review/author/'],
  jose: ['lib/keys/local.ts', 'lib/local/'],
  'node:crypto': [
    'lib/aws/',
    'lib/keys/',
    'lib/token/',
    'lib/providers/',
    'lib/stores/',
    'lib/broker.ts',
    'lib/local/',
    'lib/client/endpoint.ts',
    'lib/cli/',
  ],
  'node:perf_hooks': ['lib/broker.ts'],
  '@middy/core': ['lib/lambda/'],
  'aws-lambda': ['lib/lambda/'],
  'node:fs': [
    'lib/config/',
    'lib/local/page.ts',
    'lib/local/watch.ts',
    'lib/review/cases/files.ts',
    'lib/stores/compiled.ts',
    'lib/cli/compare/revision.ts',
  ],
  'node:path': [
    'lib/config/',
    'lib/stores/compiled.ts',
    'lib/client/folder.ts',
    'lib/cli/verbs/codeowners.ts',
    'lib/cli/compare/revision.ts',
    'lib/cli/verbs/init.ts',
    'lib/cli/manifest.ts',
    'lib/cli/tarball.ts',
    'lib/review/cases/files.ts',
  ],
  'node:http': ['lib/local/', 'lib/client/endpoint.ts', 'lib/client/job-api.ts', 'lib/client/tunnel.ts'],
  'node:https': ['lib/client/tunnel.ts'],
  'node:net': ['lib/client/proxy.ts', 'lib/client/tunnel.ts', 'lib/cli/main.ts'],
  'node:tls': ['lib/client/tunnel.ts'],
  'node:child_process': [
    'lib/client/child.ts',
    'lib/client/subject/program.ts',
    'lib/cli/compare/revision.ts',
    'lib/cli/tarball.ts',
  ],
  'node:os': ['lib/client/', 'lib/cli/compare/revision.ts', 'lib/cli/tarball.ts'],
  'node:fs/promises': ['lib/cli/', 'lib/client/folder.ts'],
  'node:process': ['lib/cli/', 'lib/client/child.ts'],
  'node:stream/consumers': ['lib/cli/'],
  'infra/build.ts': ['lib/local/page.ts'],
  'node:util': ['lib/cli/', 'lib/client/subject/program.ts'],
};

const SOURCES: readonly Source[] = ['lib', 'functions']
  .flatMap(filesBelow)
  .filter(path => path.endsWith('.ts'))
  .map(path => sourceOf(path));
const PATHS = new Set(SOURCES.map(({ path }) => path));
const RUN_TIME = SOURCES.flatMap(({ imports }) => imports).filter(({ runTime }) => runTime);
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
  const all = SOURCES.flatMap(({ imports }) => imports);
  const lost = all.filter(({ to }) => !PATHS.has(to) && !Object.hasOwn(HOMES, to) && !to.startsWith('node:'));
  expect(lost.map(arrow)).toEqual([]);
});

test.each(Object.entries(MAY_IMPORT))('at run time %s imports %j and itself alone', (room, allowed) => {
  const wrong = RUN_TIME.filter(({ from, to }) => {
    if (roomOf(from) !== room || !PATHS.has(to) || roomOf(to) === room) return false;
    return !allowed.includes(roomOf(to)) && !allowed.includes(to.replace('lib/', ''));
  });
  expect(wrong.map(arrow)).toEqual([]);
});

test.each(Object.entries(HOMES))('at run time %s is imported below %j alone', (name, homes) => {
  const users = RUN_TIME.filter(({ to }) => to === name);
  expect(users.filter(({ from }) => !homes.some(home => from.startsWith(home))).map(arrow)).toEqual([]);
});

test('a module is had by an import alone, but for the built-ins that a cold start puts off', () => {
  const LOADERS = ['createRequire', 'getBuiltinModule'];
  const users = SOURCES.filter(({ nodes }) =>
    nodes.some(({ type, name }) => type === 'Identifier' && LOADERS.includes(String(name))),
  );
  expect(users.map(({ path }) => path).sort()).toEqual([
    'lib/http/address.ts',
    'lib/http/post.ts',
    'lib/token/download.ts',
  ]);
});

test('what is pure imports nothing of Node, of AWS or of a signature library, not even their types', () => {
  const pure = [
    'lib/policy/',
    'lib/review/console/',
    'lib/review/lint/',
    'lib/outcome.ts',
    'lib/errors.ts',
    'lib/audit/',
  ];
  const wrong = SOURCES.filter(({ path }) => pure.some(each => path.startsWith(each)))
    .flatMap(({ imports }) => imports)
    .filter(({ to }) => !PATHS.has(to) && to !== 'yaml');
  expect(wrong.map(arrow)).toEqual([]);
});

test('the protocols know no type of Node or of AWS', () => {
  const protocols = SOURCES.filter(({ path }) => roomOf(path) === 'protocols').flatMap(
    ({ imports }) => imports,
  );
  expect(protocols.filter(({ to }) => /^(node:|@aws|aws-)/.test(to)).map(arrow)).toEqual([]);
});

test('what is pure asks no clock, no chance, no network and no process', () => {
  const GLOBALS = [
    'process',
    'fetch',
    'setTimeout',
    'setInterval',
    'performance',
    'crypto',
    'console',
    'globalThis',
  ];
  const impure = ({ type, name, object, property, callee, arguments: given }: Node): boolean => {
    if (type === 'Identifier') return GLOBALS.includes(String(name));
    if (type === 'NewExpression')
      return (callee as Node)['name'] === 'Date' && (given as Node[]).length === 0;
    if (type !== 'MemberExpression') return false;
    const member = `${(object as Node)['name']}.${(property as Node)['name']}`;
    return member === 'Date.now' || member === 'Math.random';
  };
  const pure = [
    'policy',
    'lint',
    'protocols',
    'audit',
    'outcome.ts',
    'errors.ts',
    'counts.ts',
    'exchange.ts',
    'authorize.ts',
    'record.ts',
    'serve.ts',
  ];
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
  path => roomOf(path) === 'functions' || /^lib\/(serve|broker)\.ts$/.test(path),
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

const STEP = ['exchange', 'exec', 'credential-process', 'whoami'].map(verb => `lib/cli/${verb}.ts`);

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

test('no file loads itself by way of others', () => {
  const around = [...PATHS].filter(path =>
    RUN_TIME.some(({ from, to }) => from === path && PATHS.has(to) && reachedFrom(to).has(path)),
  );
  expect(around).toEqual([]);
});

test('no file or folder is named after nothing in particular', () => {
  const NOTHING = /(^|[-_.])(src|utils?|helpers?|common|types|shared|managers?|services?|misc)([-_.]|$)/i;
  const files = ['bin', 'config', 'docs', 'examples', 'functions', 'infra', 'lib', 'test'].flatMap(
    filesBelow,
  );
  // A page there is named after its rule, and `audience-shared` says what is found.
  const named = files.filter(path => !path.startsWith('docs/lint/'));
  expect(named.filter(path => path.split('/').some(part => NOTHING.test(part)))).toEqual([]);
});

/** Errors that stay inside a room: whoever calls these files there turns them into a BrokerError. */
const INSIDE: { readonly [path: string]: string } = {
  'lib/token/json.ts': 'JsonError',
  'lib/token/keyset.ts': 'KeySetError',
  'lib/token/download.ts': 'KeySetError',
};

describe('what is thrown', () => {
  const CLOSED = /^lib\/(token|providers|protocols)\/|^lib\/(access|exchange|authorize|record|serve)\.ts$/;
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
