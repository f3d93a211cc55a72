import { BrokerError } from '../errors.ts';

/** The other side may count from its own clock; a credential that lives longer than this beyond the grant is refused. */
const TOLERANCE = 60;

/** How long a credential was granted for, and who made it, by the name that the log has. */
export type GrantedLife = {
  readonly name: string;
  readonly seconds: number;
  readonly now: number;
  /** The shortest life that the other side may give it, in seconds; left out: what was granted. */
  readonly least?: number;
};

/** Throws, since the other side answered with what was not asked for. */
export const refuseAnswer: (name: string, what: string) => never = (name, what) => {
  throw new BrokerError('provider_refused', { detail: `${name} answered ${what}` });
};

/**
 * When a credential ends, in whole seconds since the epoch. Throws `provider_refused` for one that has ended, has no
 * end, outlives the grant or ends long before it, which would fail in the middle of the job: `expiresAt` may be NaN.
 */
export function readExpiry(expiresAt: number, { name, seconds, now, least = seconds }: GrantedLife): number {
  if (!(expiresAt > now) || expiresAt > now + seconds + TOLERANCE || expiresAt < now + least - TOLERANCE)
    refuseAnswer(name, 'with an expiry that was not asked for');
  return expiresAt;
}

/** ISO 8601 with Z, as AWS and Google write it, in whole seconds since the epoch; NaN for anything else. */
export function readIsoSeconds(written: unknown): number {
  return typeof written === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(written)
    ? Math.floor(Date.parse(written) / 1000)
    : Number.NaN;
}
