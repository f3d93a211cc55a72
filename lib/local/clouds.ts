import type { Signer } from '../keys/signer.ts';
import type { HttpAnswer, HttpRequest } from '../protocols/protocol.ts';
import { createLocalBuildkite } from './buildkite.ts';
import { createLocalEndpoints, type KnownEndpoints } from './endpoints.ts';
import { answerEntra } from './entra.ts';
import { createLocalGithub } from './github.ts';
import { type CloudMoment, createLocalGoogle } from './google.ts';

/** The request as the host that it names would get it: that is the first segment below here. */
export type LocalClouds = (
  path: string,
  request: HttpRequest,
  at: CloudMoment,
) => Promise<HttpAnswer> | undefined;

/** The set-up at the other sides, as broker.yml has it now: the endpoints there are, and URLs of GitHub's API elsewhere. */
export type CloudsSetup = {
  readonly endpoints: KnownEndpoints;
  readonly githubs: () => Iterable<string>;
};

const NOTHING: CloudsSetup = { endpoints: () => [], githubs: () => [] };

/**
 * Google Cloud, GitHub, Buildkite and Microsoft Entra, told apart by host, and the services of the set-up's endpoints, by
 * URL. `apps` signs as every app that they know. What they hand out opens nothing.
 */
export function createLocalClouds(apps: Signer, setup: CloudsSetup = NOTHING): LocalClouds {
  const { endpoints, githubs } = setup;
  const google = createLocalGoogle();
  const github = createLocalGithub(apps);
  const buildkite = createLocalBuildkite(apps, () => [...endpoints()].map(({ audience }) => audience));
  const federated = createLocalEndpoints(endpoints);
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
    return host.endsWith('.googleapis.com') ? google(host, asked, at) : answerEntra(host, asked, at);
  };
}
