import type { Claims } from '../policy/claims.ts';
import { decideOperation, type MethodDecision } from '../policy/method.ts';
import { type RegistryRequest, readOperation } from '../policy/registries/read.ts';
import type { Registry } from '../policy/registry.ts';
import type { Context } from '../policy/trust.ts';
import { assumeVerified } from '../review/assume.ts';
import { readEventText } from './recorded.ts';
import { UsageError } from './verb.ts';

/** `PUT /npm/left-pad?x=y`, as a client sends it. Throws `UsageError`. */
export function parseRequestLine(text: string): RegistryRequest {
  const [, method = '', path = '', query = ''] = /^([A-Z]+) (\/[^?\s]*)(?:\?(\S*))?$/.exec(text) ?? [];
  if (method === '')
    throw new UsageError('--request is a method and a path, such as --request "PUT /npm/left-pad".');
  return { method, path, query };
}

/** Reads from an audit event of a registry what was to be done. */
export function readRecordedRequest(event: Claims): RegistryRequest {
  return {
    method: readEventText(event, 'method') ?? '',
    path: readEventText(event, 'path') ?? '',
    query: readEventText(event, 'query') ?? '',
  };
}

/** Decides as the authorizer does, for claims that are taken as verified. */
export function decideAtRegistry(
  registry: Registry,
  claims: Claims,
  request: RegistryRequest,
  context: Context,
): MethodDecision {
  const token = assumeVerified(claims, registry);
  return decideOperation(registry, token, readOperation(registry, request), context);
}
