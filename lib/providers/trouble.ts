import { AwsError } from '../aws/call.ts';
import { findTrouble, type Trouble } from '../aws/trouble.ts';
import type { Code } from '../errors.ts';

/** Of what AWS refuses to us ourselves. A service of our own account that refuses is one that was not set up for us. */
export const TROUBLE_CODES = {
  passes: 'provider_unavailable',
  ours_for_now: 'broker_credentials_unavailable',
  ours: 'broker_misconfigured',
  theirs: 'broker_misconfigured',
} as const satisfies { readonly [trouble in Trouble]: Code };

/** Finds the code for a service of our own, such as KMS, that did not do what it was asked for. */
export function findTroubleCode(error: unknown): Code {
  return error instanceof AwsError ? TROUBLE_CODES[findTrouble(error).trouble] : 'provider_unavailable';
}
