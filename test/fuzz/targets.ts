import { keyset } from './keyset.ts';
import { policy } from './policy.ts';
import { request } from './request.ts';
import type { Target } from './target.ts';
import { claims, token } from './token.ts';

/** Every text that is fuzzed, in the order in which a request meets them. */
export const TARGETS: readonly Target[] = [request, token, claims, keyset, policy];
