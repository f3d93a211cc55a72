import { loadConfig } from '../../lib/config/load.ts';
import { readSettings } from '../../lib/config/settings.ts';
import { startLocal } from '../../lib/local/start.ts';

const ROLE = 'deploy-web';

export type Clients = {
  readonly url: string;
  readonly role: string;
  readonly roleArn: string;
  /** A token of a push to the branch, as buildkite-agent would give it. The lifetime is in seconds. */
  token(branch: string, lifetime?: number): Promise<string>;
  /** The codes of the requests at the doors since the last time; `issued` for one that got its credential. */
  requests(): string[];
  close(): Promise<void>;
};

/** The broker that `npm start` starts, in this process, with the configuration of this checkout. */
export const clientsBroker = async (): Promise<Clients> => {
  const { config } = loadConfig('config');
  const role = config?.roles.find(({ name }) => name === ROLE);
  if (!config || role?.template.kind !== 'aws') throw new Error(`config/ has no aws role ${ROLE}`);
  const lines: string[] = [];
  const { settings } = readSettings({ PORT: '0', KITE_STS_LOG_LEVEL: 'error' });
  const server = await startLocal(config, settings, {
    out: line => void lines.push(line),
    error: text => void process.stderr.write(text),
  });
  const send = async (method: string, path: string, body: object): Promise<{ readonly token: string }> => {
    const headers = { authorization: 'Token local' };
    const answer = await fetch(server.url + path, { method, headers, body: JSON.stringify(body) });
    return (await answer.json()) as { readonly token: string };
  };
  lines.length = 0;
  return {
    url: server.url,
    role: ROLE,
    roleArn: role.template.role_arn,
    async token(branch, lifetime = 300) {
      const issuer = 'https://agent.buildkite.com';
      await send('PUT', `/local/jobs/${branch}`, { issuer, claims: { build_branch: branch } });
      const path = `/local/agent/v3/jobs/${branch}/oidc/tokens`;
      return (await send('POST', path, { audience: config.audience, lifetime })).token;
    },
    requests: () =>
      lines.splice(0).map(line => String((JSON.parse(line) as { readonly code?: string }).code ?? 'issued')),
    close: () => server.close(),
  };
};
