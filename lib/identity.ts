import { BrokerError } from './errors.ts';
import type { Outcome } from './outcome.ts';
import type { SessionQuestion } from './protocols/protocol.ts';
import { createStoreFailure } from './stores/failure.ts';
import type { Identity, IdentityStore } from './stores/identities.ts';
import { findSwitch, findSwitchReason, type Switches } from './switch.ts';
import { readTokenOrigin } from './token/origin.ts';

/** Nobody waits for this one: whatever the reason, the operator hears of it by its own code. */
function createUnremembered(error: unknown): BrokerError {
  const { name, message } = error as Error;
  return new BrokerError('identities_unavailable', { detail: `${name}: ${message}`, cause: error });
}

/** Remembers whose session was issued, if one was. Throws `identities_unavailable`. */
export async function rememberIdentity(identities: IdentityStore, outcome: Outcome): Promise<void> {
  if (outcome.kind !== 'issued' || outcome.credential.kind !== 'aws') return;
  const {
    accessKeyId,
    sessionToken,
    assumedRole: arn,
    assumedRoleId: userId,
    expiresAt,
  } = outcome.credential;
  const { token, row, snapshot } = outcome.reached;
  const origin = token && readTokenOrigin(token, row, snapshot?.role.name);
  const identity: Identity = {
    arn,
    userId,
    account: arn.split(':')[4] ?? '',
    accessKeyId,
    expiresAt,
    origin,
  };
  try {
    await identities.remember(sessionToken, identity, outcome.reached.at);
  } catch (error) {
    throw createUnremembered(error);
  }
}

/** The stores that tell whose session one is. */
export type Identities = { readonly identities: IdentityStore; readonly switches: Switches };

/**
 * Whose session it is. The broker keeps no secret, so it can check no signature: whoever has the session token and
 * names its access key is told. An answer is information, and proves nothing of its asker.
 * Throws `session_unsigned`, `session_unknown`, `session_expired`, `identities_unavailable`, and what says that who got it is switched
 * off. `now` is in seconds since the epoch.
 */
export async function findIdentity(
  { identities, switches }: Identities,
  { accessKeyId, sessionToken }: SessionQuestion,
  now: number,
): Promise<Identity> {
  if (accessKeyId === undefined) throw new BrokerError('session_unsigned', { at: 'Authorization' });
  let identity: Identity | undefined;
  try {
    identity = sessionToken === '' ? undefined : await identities.find(sessionToken);
  } catch (error) {
    throw createStoreFailure('identities_unavailable', error);
  }
  if (identity?.accessKeyId !== accessKeyId) throw new BrokerError('session_unknown');
  if (identity.expiresAt <= now) throw new BrokerError('session_expired');
  const off = identity.origin && findSwitch(await switches(), identity.origin);
  if (off) throw new BrokerError(findSwitchReason(off));
  return identity;
}
