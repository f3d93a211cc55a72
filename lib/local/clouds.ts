import type { Signer } from '../keys/signer.ts';
import type { HttpAnswer, HttpRequest } from '../protocols/protocol.ts';
import { localBuildkite } from './buildkite.ts';
import { type KnownEndpoints, localEndpoints } from './endpoints.ts';
import { localEntra } from './entra.ts';
import { localGithub } from './github.ts';
import { type At, localGoogle } from './google.ts';

/** The request as the host that it names would get it: that is the first segment below here. */
export type LocalClouds = (path: string, request: HttpRequest, at: At) => Promise<HttpAnswer> | undefined;

/**
 * Google Cloud, GitHub, Buildkite and Microsoft Entra, told apart by host, and the services of `endpoints`, by URL. `apps`
 * signs as every app that they know.
 * What they hand out opens nothing.
 */
/** What the other sides were told, as broker.yml has it now: the endpoints there are, and URLs of GitHub's API elsewhere. */
export type SetUp = {
  readonly endpoints: KnownEndpoints;
  readonly githubs: () => Iterable<string>;
};

const NOTHING: SetUp = { endpoints: () => [], githubs: () => [] };

export function localClouds(apps: Signer, { endpoints, githubs }: SetUp = NOTHING): LocalClouds {
  const google = localGoogle();
  const github = localGithub(apps);
  const buildkite = localBuildkite(apps, () => [...endpoints()].map(({ audience }) => audience));
  const federated = localEndpoints(endpoints);
  return (path, request, at) => {
    const [, host = '', rest = ''] = /^([^/]*)(\/.*)?$/.exec(path) ?? [];
    const asked = { ...request, path: rest };
    if (host === 'api.github.com') return github(asked, at.now);
    const own = [...githubs()].find(url => `https://${path}`.startsWith(`${url}/`));
    if (own !== undefined) return github({ ...asked, path: `https://${path}`.slice(own.length) }, at.now);
    if (request.method !== 'POST') return undefined;
    if (host === 'buildkite.com') return buildkite(asked, at);
    const answer = federated(`${host}${rest}`, asked, at);
    if (answer) return answer;
    return host.endsWith('.googleapis.com') ? google(host, asked, at) : localEntra(host, asked, at);
  };
}
