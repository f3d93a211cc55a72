import { type Authorizer, authorize } from '../authorize.ts';
import { isBelow } from '../policy/path.ts';
import type { HttpRequest } from '../protocols/protocol.ts';
import { dockerChallenge, registryRefusal } from '../protocols/registry.ts';
import { npmStore } from './npm.ts';
import { ociStore } from './oci.ts';
import type { Store, StoreAnswer } from './store.ts';

export type LocalRegistries = (request: HttpRequest) => Promise<StoreAnswer | undefined>;

/** As a registry speaks OCI's protocol below /v2 and nowhere else, every other path is npm's. */
const OCI = '/v2';

/**
 * A small registry behind the authorizer, at each path that a registry of the configuration protects: OCI-shaped
 * below /v2, npm-shaped elsewhere. Undefined for any other path.
 */
export const localRegistries = (authorizer: Authorizer, paths: readonly string[]): LocalRegistries => {
  const stores = new Map<string, Store>(
    paths.map(path => [path, isBelow(path, OCI) ? ociStore() : npmStore(path)]),
  );
  return async request => {
    const { method, path } = request;
    const challenged = method === 'GET' && [OCI, `${OCI}/`].includes(path);
    if (challenged && paths.some(each => isBelow(each, OCI))) return dockerChallenge(request);
    const [at, store] = [...stores].find(([each]) => isBelow(path, each)) ?? [];
    if (at === undefined || !store) return undefined;
    const answer = await authorize(authorizer, request);
    if (answer.kind === 'authorized') return store(request);
    const { url, registries, now } = authorizer;
    const audience = registries.at(at)?.registry.audience ?? '';
    return registryRefusal(answer, { url, audience, now: now() });
  };
};
