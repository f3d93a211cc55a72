import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { type Ran, runProgram } from '../harness/command-line.ts';
import { emptyFolder } from '../harness/local.ts';
import { type Installed, NODE } from '../harness/pack.ts';
import { closedUrl, rawServer, type Said, testServer } from '../harness/server.ts';

/** The Node of the machine, which is the oldest that we take, and the one that npm brings. */
const NODES = [
  ['the Node of the machine', NODE],
  ['Node 24', process.execPath],
] as const;

const FAULT = { code: 'store_unavailable', error_description: 'Later.', decision_id: 'd-1' };
const REFUSAL = { code: 'trust_not_met', error_description: 'No.', decision_id: 'd-2' };
const TOKEN: Said = { status: 200, body: { kind: 'jwt', access_token: 'issued-token', expires_in: 300 } };
function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
const CLAIMS = { iss: 'https://ci.example', aud: 'https://sts.acme.example', exp: Date.now() / 1000 + 3600 };
/** A token that can be read, of an issuer that nobody knows. */
const JOB = { KITE_STS_ID_TOKEN: `${part({ alg: 'RS256', kid: 'one' })}.${part(CLAIMS)}.c2ln` };

/** A broker, as far as it is there; `asked` is how often it was asked. */
type Broker = { readonly url: string; readonly asked: () => number };

async function saying(...said: readonly (Said | undefined)[]): Promise<Broker> {
  const { url, asked } = await testServer((_asked, times) => said[Math.min(times, said.length) - 1]);
  return { url, asked: () => asked.length };
}

async function hanging(): Promise<Broker> {
  const { url, asked } = await testServer(() => new Promise(() => {}));
  return { url, asked: () => asked.length };
}

async function hangingUrl(): Promise<string> {
  return (await hanging()).url;
}

async function hinting(): Promise<Broker> {
  const body = JSON.stringify(TOKEN.body);
  let times = 0;
  const port = await rawServer(socket => {
    times++;
    socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n');
    socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  });
  return { url: `http://127.0.0.1:${port}`, asked: () => times };
}

async function nowhere(url: string | Promise<string>): Promise<Broker> {
  return { url: await url, asked: () => 0 };
}

type Row = {
  readonly name: string;
  readonly broker: () => Promise<Broker>;
  /** Attempts that reach the broker. */
  readonly tries: number;
  /** What standard error says; nothing when a credential is had. */
  readonly says?: string;
  /** The broker's own no, and no failure. */
  readonly refused?: true;
};

/** What the reference says of each: docs/reference/cli-job.md. */
const ROWS: readonly Row[] = [
  { name: 'where nothing listens', broker: () => nowhere(closedUrl()), tries: 0, says: 'ECONNREFUSED' },
  {
    name: 'whose name is not known',
    broker: () => nowhere('https://sts.kite-sts.invalid'),
    tries: 0,
    says: 'no_answer',
  },
  { name: 'that never answers', broker: hanging, tries: 2, says: 'TimeoutError' },
  {
    name: 'that is down',
    broker: () => saying({ status: 503, body: FAULT }),
    tries: 4,
    says: 'store_unavailable',
  },
  {
    name: 'behind a busy gateway',
    broker: () => saying({ status: 429, body: '<html>Too many</html>' }),
    tries: 4,
    says: 'no_broker',
  },
  {
    name: 'that is down for longer than we wait',
    broker: () => saying({ status: 503, body: FAULT, headers: { 'retry-after': '60' } }),
    tries: 1,
    says: 'store_unavailable',
  },
  {
    name: 'that is a page',
    broker: () => saying({ status: 200, body: '<html>' }),
    tries: 1,
    says: 'no_broker',
  },
  {
    name: 'that redirects',
    broker: async () => {
      const elsewhere = await saying(TOKEN);
      const first = await saying({ status: 307, headers: { location: `${elsewhere.url}/token` } });
      return { url: first.url, asked: () => first.asked() + 10 * elsewhere.asked() };
    },
    tries: 1,
    says: 'redirected',
  },
  {
    name: 'that says no',
    broker: () => saying({ status: 400, body: REFUSAL }),
    tries: 1,
    says: 'trust_not_met',
    refused: true,
  },
  { name: 'that comes back', broker: () => saying({ status: 503, body: FAULT }, undefined, TOKEN), tries: 3 },
  { name: 'that answers 103 first', broker: hinting, tries: 1 },
];

function ran(node: string, { folder, bin }: Installed, words: readonly string[]): Promise<Ran> {
  const env = { PATH: process.env['PATH'], TMPDIR: emptyFolder(), ...JOB };
  return runProgram(node, [bin, ...words], { cwd: folder, env });
}

/** Each verb, what follows it, and its exit codes and output. */
const VERBS = [
  { verb: 'exec', after: ['--', 'echo', 'started'], failed: 125, denied: 125, prints: 'started\n' },
  { verb: 'exchange', after: [], failed: 1, denied: 2, prints: expect.stringContaining('=issued-token\n') },
] as const;

/** The verbs of a step as processes of the package that was installed, beside brokers that are not well. */
export function describeAway(installed: () => Installed): void {
  describe.concurrent.each(NODES)('on %s,', (_node, node) => {
    for (const { verb, after, failed, denied, prints } of VERBS)
      test.each(ROWS)(`${verb} with a broker $name`, async ({ broker, tries, says, refused }) => {
        const { url, asked } = await broker();
        const words = [verb, '--role', 'web', '--broker', url, '--timeout', '8', ...after];
        const { exits, out, error } = await ran(node, installed(), words);
        const expected = says === undefined ? 0 : refused ? denied : failed;
        expect({ exits, out, tries: asked() }).toEqual({
          exits: expected,
          out: says === undefined ? prints : '',
          tries,
        });
        expect(error).toContain(says ?? '');
        expect(error === '').toBe(says === undefined);
      });

    test.each([
      ['credential-process', ['--role', 'web', '--timeout', '1'], closedUrl, 1, 'no_answer'],
      ['credential-process', ['--role', 'web', '--timeout', '1'], hangingUrl, 1, 'TimeoutError'],
      ['whoami', [], closedUrl, 2, 'broker_unreachable'],
      ['whoami', [], hangingUrl, 2, 'broker_unreachable'],
    ] as const)('%s %j with a broker of %o', async (verb, more, broker, exits, says) => {
      const words = [verb, '--broker', await broker(), ...more];
      const answer = await ran(node, installed(), words);
      expect(answer.exits).toBe(exits);
      expect(answer.out + answer.error).toContain(says);
    });
  });
}
