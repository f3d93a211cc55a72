import { type Counters, checkRefusals } from './counts.ts';
import { deny, type Step, type Stopped } from './outcome.ts';
import { meetsGuard } from './policy/guard.ts';
import type { VerifiedToken } from './policy/verified-token.ts';
import {
  findMissingId,
  findSwitch,
  findSwitchReason,
  type Switches,
  type SwitchKind,
  type SwitchReason,
  VOUCHERS,
} from './switch.ts';
import type { IssuerRow } from './token/issuer.ts';
import { readTokenOrigin } from './token/origin.ts';
import type { Verify } from './token/verify.ts';
import type { Journal } from './visit.ts';

/** The parts that tell who is asking; `authenticator.ts` puts them together. */
export type AuthenticationParts = Pick<Counters, 'refusals'> & {
  readonly verify: Verify;
  readonly rows: ReadonlyMap<string, IssuerRow>;
  readonly switches: Switches;
};

/** Denies where one of these is switched off for what was reached. The switch is noted for the audit event. */
export async function checkKillSwitches(
  { switches }: Pick<AuthenticationParts, 'switches'>,
  journal: Journal,
  among?: readonly SwitchKind[],
): Promise<Step<undefined, SwitchReason>> {
  const { token, row, snapshot } = journal.reached;
  if (!token) return { value: undefined };
  const origin = readTokenOrigin(token, row, snapshot?.role.name);
  const off = findSwitch(await switches(), origin, among);
  if (!off) return { value: undefined };
  journal.note({ off, missingId: findMissingId(off, origin) });
  return deny(findSwitchReason(off));
}

/** The token, its issuer's guard, and what is switched off for all who vouch for it. */
async function checkCaller(
  parts: AuthenticationParts,
  subjectToken: string,
  journal: Journal,
): Promise<Step<VerifiedToken, Stopped>> {
  const token = await parts.verify(subjectToken, journal.reached.at);
  const row = parts.rows.get(token.issuer);
  journal.note({ token, row });
  // The fleet's guard comes before any policy, so that one careless role cannot open the house.
  if (!row || !meetsGuard(row, token.claims)) return deny('guard_not_met');
  const vouched = await checkKillSwitches(parts, journal, VOUCHERS);
  return 'denied' in vouched ? vouched : { value: token };
}

/**
 * Tells who is asking. Throws a `BrokerError` for a token that is not good, and `rate_limited` for a pipeline that was
 * refused too often.
 */
export async function authenticateCaller(
  parts: AuthenticationParts,
  subjectToken: string,
  journal: Journal,
): Promise<Step<VerifiedToken, Stopped>> {
  const caller = await journal.time('authenticate', () => checkCaller(parts, subjectToken, journal));
  checkRefusals(parts, journal.reached);
  return caller;
}
