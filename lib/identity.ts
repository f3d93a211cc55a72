import { BrokerError } from './errors.ts';
import type { Outcome } from './outcome.ts';
import { createStoreFailure } from './stores/failure.ts';
import type { Identity, IdentityStore } from './stores/identities.ts';
import { originOf, reasonOf, type Switches, struck } from './switch.ts';

/** Nobody waits for this one: whatever the reason, the operator hears of it by its own code. */
const unremembered = (error: unknown): BrokerError => {
  const { name, message } = error as Error;
  return new BrokerError('identities_unavailable', { detail: `${name}: ${message}`, cause: error });
};

/** Remembers whose session was issued, if one was. Throws `identities_unavailable`. */
export const remember = async (identities: IdentityStore, outcome: Outcome): Promise<void> => {
  if (outcome.kind !== 'issued' || outcome.credential.kind !== 'aws') return;
  const { sessionToken, assumedRole: arn, assumedRoleId: userId, expiresAt } = outcome.credential;
  const { token, row, snapshot } = outcome.reached;
  const origin = token && originOf(token, row, snapshot?.role.name);
  const identity: Identity = { arn, userId, account: arn.split(':')[4] ?? '', expiresAt, origin };
  try {
    await identities.remember(sessionToken, identity, outcome.reached.at);
  } catch (error) {
    throw unremembered(error);
  }
};

/** What tells whose session one is. */
export type Identities = { readonly identities: IdentityStore; readonly switches: Switches };

/**
 * Whose session it is. The broker keeps no secret, so it can check no signature: whoever has the session token is
 * told. An answer is information, and proves nothing of its asker.
 * Throws `session_unknown`, `session_expired`, `identities_unavailable`, and what says that who got it is switched
 * off. `now` is in seconds since the epoch.
 */
export const identify = async (
  { identities, switches }: Identities,
  sessionToken: string,
  now: number,
): Promise<Identity> => {
  let identity: Identity | undefined;
  try {
    identity = sessionToken === '' ? undefined : await identities.find(sessionToken);
  } catch (error) {
    throw createStoreFailure('identities_unavailable', error);
  }
  if (!identity) throw new BrokerError('session_unknown');
  if (identity.expiresAt <= now) throw new BrokerError('session_expired');
  const off = identity.origin && struck(await switches(), identity.origin);
  if (off) throw new BrokerError(reasonOf(off));
  return identity;
};
