import { createTellers, type Diagnosis, describeUnread } from '../../lib/doctor/diagnosis.ts';
import type { JsonObject } from '../../lib/http/json.ts';
import { UNRESERVED } from '../limits.ts';
import type { PreflightInput } from './look.ts';

const CHECK = createTellers('concurrency');
/** AWS begins new accounts with so few functions at once that one burst of steps is refused. */
const FEW = 50;

const RAISE =
  'Ask for more: aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000';

/** Asks the account how much it lets run, which serverless.yml can only guess. */
export async function checkConcurrency(flight: PreflightInput): Promise<readonly Diagnosis[]> {
  const { input, read, standing } = flight;
  const { reservedConcurrency } = input.options;
  const of = 'lambda';
  try {
    const { AccountLimit: limit } = (await read('lambda:GetAccountSettings')) as {
      readonly AccountLimit: JsonObject;
    };
    const [whole, free] = [limit['ConcurrentExecutions'], limit['UnreservedConcurrentExecutions']].map(
      Number,
    );
    const most = (free ?? 0) - UNRESERVED;
    // What an earlier deployment set aside for us is ours.
    if (reservedConcurrency !== undefined && standing?.isFirst && reservedConcurrency > most)
      return [
        CHECK.wrong(
          of,
          `reservedConcurrency is ${reservedConcurrency}, and ${Math.max(most, 0)} of the account's ${whole} can be set aside`,
          most > 0 ? `Write ${most} or less. ${RAISE}` : `Write no reservedConcurrency. ${RAISE}`,
        ),
      ];
    if ((whole ?? 0) < FEW)
      return [CHECK.unknown(of, `the account lets ${whole} functions run at once`, RAISE)];
    return [CHECK.ok(of, `the account lets ${whole} functions run at once`)];
  } catch (error) {
    return [CHECK.unknown(of, ...describeUnread(error, 'lambda:GetAccountSettings'))];
  }
}
