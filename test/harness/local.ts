import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Terminal } from '../../lib/cli/verb.ts';
import { type Config, loadConfig } from '../../lib/config/load.ts';
import { readSettings } from '../../lib/config/settings.ts';
import { startLocal } from '../../lib/local/start.ts';
import { GRANT_TYPE } from '../../lib/protocols/oauth.ts';
import { atEnd } from './endings.ts';
import { PLENTY } from './limits.ts';
import { AUDIENCE, BUILDKITE, ISSUERS, roleFrom, rowsFrom, settingOf } from './policy.ts';

const TRUST = `
trust:
  - iss: ${BUILDKITE}
    id: pushes to main
    claims: { organization_slug: acme, pipeline_slug: { in: [web, api] }, build_branch: main }
`;

/** One role of each kind, and one that a plain push to main does not get. */
export const ROLES = {
  deploy: `${TRUST}aws: { role_arn: "arn:aws:iam::123456789012:role/deploy", tags: { pipeline: "\${pipeline_slug}" } }\n`,
  publish: `${TRUST}jwt: { audience: https://packages.test.example }\n`,
  release: `
trust:
  - iss: ${BUILDKITE}
    claims: { organization_slug: acme, build_tag: { matches: "v*" } }
jwt: { audience: https://packages.test.example }
`,
} as const;

/** A configuration as `load` makes it, from role YAML by name. */
export function configFrom(
  roles: { readonly [name: string]: string } = ROLES,
  issuers: string = ISSUERS,
): Config {
  const rows = rowsFrom(issuers);
  // A fleet has the same text many times.
  const read = new Map<string, ReturnType<typeof roleFrom>>();
  const compile = (yaml: string) => {
    const role = read.get(yaml) ?? roleFrom(yaml, settingOf(rows));
    read.set(yaml, role);
    return role;
  };
  const compiled = Object.entries(roles).map(([name, yaml]) => ({ ...compile(yaml), name }));
  return {
    folder: 'test',
    url: AUDIENCE,
    audience: AUDIENCE,
    rows,
    roles: compiled,
    registries: [],
    limits: PLENTY,
  };
}

/** A new empty folder that is gone after the test file. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kite-sts-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder with these files, by their paths in it. */
export function folderOf(files: { readonly [path: string]: string }): string {
  const folder = emptyFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** The path of a file with this text, alone in a folder; what is no text is written as JSON. */
export function fileOf(content: unknown, name = 'file'): string {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return join(folderOf({ [name]: text }), name);
}

/** Every complaint about a folder of these files as `file:line:column rule`, its file as seen from the folder. */
export function complaintsOf(files: { readonly [path: string]: string }): string[] {
  const folder = folderOf(files);
  return loadConfig(folder).complaints.map(
    ({ rule, place: { file, line, column } }) => `${relative(folder, file)}:${line}:${column} ${rule}`,
  );
}

/** The files of a config folder that a broker can start from, by their paths. */
export function configFiles(): { readonly [path: string]: string } {
  return {
    'broker.yml': `url: ${AUDIENCE}\nissuers:\n  - preset: buildkite\n  - preset: github-actions\n`,
    ...Object.fromEntries(Object.entries(ROLES).map(([name, yaml]) => [`roles/${name}.yml`, yaml])),
  };
}

/** A config folder that a broker can start from. */
export function configFolder(): string {
  return folderOf(configFiles());
}

/** A stand-in for a terminal, which keeps what is written to it. */
type TestTerminal = Terminal & {
  readonly written: string[];
  readonly errors: string[];
  readonly stop: () => void;
  /** Resolves as soon as something that matches is written. */
  readonly shows: (pattern: RegExp) => Promise<RegExpExecArray>;
};

export function testTerminal(environment: Terminal['environment'] = {}): TestTerminal {
  const written: string[] = [];
  const errors: string[] = [];
  let stop = (): void => {};
  const stopped = new Promise<void>(resolve => {
    stop = resolve;
  });
  let look = (): void => {};
  const shows = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise(resolve => {
      look = () => {
        const found = pattern.exec(written.join(''));
        if (found) resolve(found);
      };
      look();
    });
  return {
    environment,
    written,
    errors,
    stopped,
    stop: () => stop(),
    shows,
    out: text => {
      written.push(text);
      look();
    },
    error: text => void errors.push(text),
  };
}

export type Local = Awaited<ReturnType<typeof startLocal>> & { readonly terminal: TestTerminal };

/** A local broker on a free port, closed after the test file. It tells no transcript unless the level says so. */
export async function localBroker(
  config: Config = configFrom(),
  environment: Terminal['environment'] = { KITE_STS_LOG_LEVEL: 'error' },
): Promise<Local> {
  const terminal = testTerminal(environment);
  const { settings } = readSettings({ PORT: '0', ...environment });
  const server = await startLocal(config, settings, { ...terminal, json: true });
  atEnd(() => server.close());
  return { ...server, terminal };
}

type Call = {
  readonly method?: string;
  readonly path: string;
  readonly headers?: { readonly [name: string]: string | string[] };
  readonly body?: string | Uint8Array;
};
export type Called = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: () => { readonly [name: string]: unknown };
};

/** One request by Node's own client, which, other than `fetch`, sends any Host and Origin that it is told to. */
export function call(port: number, { method = 'GET', path, headers = {}, body }: Call): Promise<Called> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, async response => {
      let text = '';
      for await (const chunk of response) text += chunk;
      const { statusCode: status = 0, headers: received } = response;
      resolve({ status, headers: received, text, json: () => JSON.parse(text) });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** `buildkite-agent oidc request-token` on the wire. */
export function agentCall(port: number, asked: object = {}, job = 'job-1'): Promise<Called> {
  return call(port, {
    method: 'POST',
    path: `/local/agent/v3/jobs/${job}/oidc/tokens`,
    headers: { authorization: 'Token local' },
    body: JSON.stringify(asked),
  });
}

/** A token of the local broker's stand-in, traded for a role at its own door. */
export async function exchangeAt(
  port: number,
  role: string,
  headers: { readonly [name: string]: string } = {},
): Promise<Called> {
  const { token } = (await agentCall(port, { audience: AUDIENCE })).json();
  return formCall(port, role, String(token), headers);
}

/** This token traded for a role at /token. */
export async function formCall(
  port: number,
  role: string,
  token: string,
  headers: { readonly [name: string]: string } = {},
): Promise<Called> {
  const form = new URLSearchParams({
    grant_type: GRANT_TYPE,
    audience: role,
    subject_token: token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  });
  return call(port, {
    method: 'POST',
    path: '/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: form.toString(),
  });
}
