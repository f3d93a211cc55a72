import { type Authorizer, authorize } from '../authorize.ts';
import { isBelow } from '../policy/path.ts';
import type { Registry } from '../policy/registry.ts';
import type { HttpRequest } from '../protocols/protocol.ts';
import { answerRefusal, UNAUTHORIZED } from './gateway.ts';
import { answerWithJson } from './json.ts';
import { createNpmStore } from './npm.ts';
import { createOciStore } from './oci.ts';
import type { PackageStore, StoreAnswer } from './store.ts';

export type LocalRegistries = (request: HttpRequest) => Promise<StoreAnswer | undefined>;

/** As a registry of images answers whoever is let in. */
const READY = answerWithJson(200, {}, { 'docker-distribution-api-version': 'registry/2.0' });

type Behind = { readonly images: boolean; readonly store: PackageStore };

/** Finds the store behind the gateway at this path, and whether it holds images. */
function findBehind(
  stores: ReadonlyMap<Pick<Registry, 'path' | 'kind'>, PackageStore>,
  path: string,
): Behind | undefined {
  const images = [...stores].some(([{ kind }]) => kind === 'oci');
  if (images && ['/v2', '/v2/'].includes(path)) return { images, store: () => READY };
  const [registry, store] = [...stores].find(([each]) => isBelow(path, each.path)) ?? [];
  return registry && store && { images: registry.kind === 'oci', store };
}

/**
 * A small registry behind the authorizer, at each path that a registry of the configuration protects: OCI-shaped where
 * its kind is that, npm-shaped elsewhere. Undefined for any other path. It answers as a deployed gateway does.
 */
export function createLocalRegistries(
  authorizer: Authorizer,
  registries: readonly Pick<Registry, 'path' | 'kind'>[],
): LocalRegistries {
  const stores = new Map(
    registries.map(each => [each, each.kind === 'oci' ? createOciStore() : createNpmStore(each.path)]),
  );
  return async request => {
    const behind = findBehind(stores, request.path);
    if (!behind) return undefined;
    if (!behind.images && request.headers['authorization'] === undefined) return UNAUTHORIZED;
    const answer = await authorize(authorizer, request);
    if (answer.kind === 'authorized') return behind.store(request);
    const { url, now } = authorizer;
    return answerRefusal(answer, { url, audience: answer.door.service ?? '', now: now() });
  };
}
