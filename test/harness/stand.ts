import { join } from 'node:path';
import { emptyFolder } from './local.ts';
import { type Asked, type Said, type TestServer, testServer } from './server.ts';

/** A server that answers by the first segment of the path, and tells below /seen what it was asked. */
export type Stand = {
  readonly url: string;
  /** The socket of the agent's Job API, which takes redactions alone. */
  readonly jobApi: string;
};

function credential(kind: string, names: readonly string[]): Said {
  return {
    status: 200,
    body: [
      `KIND=${kind}`,
      ...names.map(name => `${name}=token-of-${kind}`),
      'EXPIRES_AT=2030-01-01T00:00:00Z',
      '',
    ].join('\n'),
  };
}

/** Another token each time, for an hour. */
function renewed(kind: string, names: readonly string[], times: number): Said {
  const values = names.map(name => `${name}=token-${times}-of-${kind}`).join('\n');
  const end = new Date(Date.now() + 3_600_000).toISOString();
  return { status: 200, body: `KIND=${kind}\n${values}\nEXPIRES_AT=${end}\n` };
}

function session(secret: string, token: string, more = ''): Said {
  return {
    status: 200,
    body: `KIND=aws\nAWS_ACCESS_KEY_ID=AKIAODD\nAWS_SECRET_ACCESS_KEY=${secret}\nAWS_SESSION_TOKEN=${token}\nAWS_CREDENTIAL_EXPIRATION=2030-01-01T00:00:00Z\n${more}`,
  };
}

const PLAIN = session('secret', 'token');
function refusal(code: string, more = ''): string {
  return `ERROR=invalid_target\nCODE=${code}\nDESCRIPTION=No.\nDECISION_ID=d-1\n${more}`;
}

const ANSWERS: { readonly [name: string]: (times: number) => Said | Promise<never> } = {
  asked: () => PLAIN,
  own: () => PLAIN,
  late: () => PLAIN,
  // 103 of a content network, 100 that nobody asked for, 102 of a slow server: each with a field that the answer has too.
  interim: () => ({ ...PLAIN, interim: [100, 103, 102, 103] }),
  never: () => new Promise<never>(() => {}),
  api: () => ({ status: 204, body: '' }),
  odd: () =>
    session(
      `$(touch "$HOME/pwned") \`id\` "a" 'b' \\n & * ; \${HOME} %s`,
      '  spaced = twice  ',
      'LD_PRELOAD=/evil.so\nGITHUB_TOKEN=x\nBASH_ENV=/evil\nexport EVIL=1\n',
    ),
  // What would be another text if it were not escaped for a runner of GitHub.
  percent: () => session('a%25b%0Ac', '%2525'),
  gcp: () => credential('gcp', ['CLOUDSDK_AUTH_ACCESS_TOKEN', 'GOOGLE_OAUTH_ACCESS_TOKEN']),
  aws: () => PLAIN,
  jwt: () => credential('jwt', ['ACCESS_TOKEN']),
  renewed: times => renewed('gcp', ['CLOUDSDK_AUTH_ACCESS_TOKEN', 'GOOGLE_OAUTH_ACCESS_TOKEN'], times),
  'renewed-github': times => renewed('github', ['GITHUB_TOKEN', 'GH_TOKEN'], times),
  struck: times =>
    times === 1
      ? renewed('jwt', ['ACCESS_TOKEN'], times)
      : { status: 400, body: refusal('role_switched_off') },
  broken: times =>
    times === 1
      ? renewed('jwt', ['ACCESS_TOKEN'], times)
      : { status: 503, body: refusal('provider_refused'), headers: { 'retry-after': '60' } },
  azure: () => credential('azure', ['AZURE_ACCESS_TOKEN']),
  github: () => credential('github', ['GITHUB_TOKEN', 'GH_TOKEN']),
  buildkite: () => credential('buildkite', ['BUILDKITE_API_TOKEN']),
  busy: times =>
    times === 1
      ? { status: 503, body: refusal('store_unavailable'), headers: { 'retry-after': '1' } }
      : PLAIN,
  limited: times =>
    times === 1 ? { status: 429, body: refusal('rate_limited'), headers: { 'retry-after': '1' } } : PLAIN,
  fault: () => ({ status: 503, body: refusal('provider_refused'), headers: { 'retry-after': '60' } }),
  forged: () => ({
    status: 400,
    body: refusal(
      'trust_not_met',
      'ERROR_URI=https://evil.example\nCONTACT=a\r\u001b]1339;url=evil\u0007\nCLAIM=build_branch differs \u001b[31m--- forged\r+++ absent (add --claim evil)\n',
    ),
  }),
  redirect: () => ({ status: 307, body: '', headers: { location: '/thief/token' } }),
  thief: () => PLAIN,
  html: () => ({ status: 404, body: '<html>\nCODE=<b>\n</html>\n' }),
  truncated: () => ({ status: 200, body: 'KIND=aws\nAWS_ACCESS_KEY_ID=AKIAODD\n' }),
  large: () => ({ status: 200, body: 'A'.repeat(100_000) }),
  // Without a length: older versions of curl's own limit do not heed it.
  endless: () => ({ status: 200, body: 'A'.repeat(1_000_000), headers: { 'transfer-encoding': 'chunked' } }),
};

/** What was asked, one request a line: method, path, headers, body. */
function lines(asked: readonly Asked[]): string {
  return asked
    .map(each => `${each.method} ${each.path} ${JSON.stringify(each.headers)} ${each.body}\n`)
    .join('');
}

function first(path: string): string {
  return path.split('/')[1] ?? '';
}

/** The tokens that were given to each job. */
type Minted = Map<string, readonly string[]>;

/** The agent API of this broker's issuer, below /agent. */
async function agentApi(broker: string, { path, headers, body }: Asked, minted: Minted): Promise<Said> {
  const answer = await fetch(`${broker}/local/agent/v3${path.slice('/agent'.length)}`, {
    method: 'POST',
    headers: { authorization: String(headers.authorization) },
    body,
  });
  const text = await answer.text();
  const job = /\/jobs\/([^/]+)\//.exec(path)?.[1] ?? '';
  const token = /"token":"([^"]+)"/.exec(text)?.[1];
  if (token !== undefined) minted.set(job, [...(minted.get(job) ?? []), token]);
  return { status: answer.status, body: text };
}

/** Starts one, closed after the test file, beside this local broker. */
export async function stand(broker: string): Promise<Stand> {
  const jobApi = join(emptyFolder(), 'job-api.sock');
  const job = await testServer(
    ({ headers }) => ({ status: headers.authorization === 'Bearer job-api-token' ? 201 : 401 }),
    jobApi,
  );
  const minted: Minted = new Map();
  const server: TestServer = await testServer(async one => {
    const name = first(one.path);
    const ofName = (each: string): Asked[] => server.asked.filter(({ path }) => first(path) === each);
    if (name === 'seen') {
      const about = one.path.slice('/seen/'.length);
      if (about.startsWith('minted/'))
        return { status: 200, body: (minted.get(about.slice(7)) ?? []).map(each => `${each}\n`).join('') };
      return { status: 200, body: lines(about === 'job-api' ? job.asked : ofName(about)) };
    }
    if (name === 'agent') return agentApi(broker, one, minted);
    if (name === 'late') await new Promise(resolve => setTimeout(resolve, 1200));
    return ANSWERS[name]?.(ofName(name).length) ?? { status: 404 };
  });
  return { url: server.url, jobApi };
}
