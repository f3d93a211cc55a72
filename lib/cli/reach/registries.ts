import { Buffer } from 'node:buffer';
import { Failure } from '../verb.ts';
import type { StepCall } from './call.ts';
import type { RegistryEntry } from './entries.ts';

/** A user and a password, as a container registry takes them: https://github.com/docker/docker-credential-helpers */
export type RegistryLogin = { readonly Username: string; readonly Secret: string };

const TARGETS = {
  ecr: { service: 'ecr', target: 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken' },
  'ecr-public': { service: 'ecr-public', target: 'SpencerFrontendService.GetAuthorizationToken' },
} as const;

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html */
export function describeLoginCall(
  entry: Extract<RegistryEntry, { readonly kind: 'ecr' | 'ecr-public' }>,
): StepCall {
  const { kind, region, api } = entry;
  const { service, target } = TARGETS[kind];
  const headers = { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' };
  return { service, region, url: new URL(`https://${api}/`), headers, body: '{}' };
}

/** Reads the answer: a list of one, or of the public registry the thing itself. */
export function readLogin(said: { readonly [name: string]: unknown }): RegistryLogin {
  const [data] = [said['authorizationData']].flat();
  const token = (Object(data) as { readonly authorizationToken?: unknown }).authorizationToken;
  const login = Buffer.from(String(token ?? ''), 'base64').toString('utf8');
  const [Username = '', Secret = ''] = login.split(/:(.*)/s);
  if (Username !== 'AWS' || Secret === '') throw new Failure('ECR answered without a password.\n');
  return { Username, Secret };
}

/** A request of Docker's for a host, whole: what has a path, a port or another end is another host. */
export function findListedRegistry(
  entries: readonly RegistryEntry[],
  asked: string,
): RegistryEntry | undefined {
  const host = asked.startsWith('https://') ? asked.slice('https://'.length) : asked;
  return entries.find(entry => entry.host === host);
}
