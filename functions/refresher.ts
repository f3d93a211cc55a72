import { createRefresher } from '../lib/authenticator.ts';
import { openCompiled } from '../lib/config/compiled.ts';
import { startFunction } from '../lib/lambda/deployed.ts';
import { reportClock, reportKeys } from '../lib/lambda/fault.ts';
import { judgeClock } from '../lib/token/clock.ts';
import { refreshKeySets } from '../lib/token/refresh.ts';

const { settings, aws, config } = startFunction(import.meta.dirname);
const { issuerKeyTable, issuerKeyProof } = settings;
const refreshing = createRefresher(openCompiled(config), {
  aws,
  issuerKeyTable,
  issuerKeyProof,
  onKeys: reportKeys,
});

/** Asks the issuers for their keys, by a schedule and no door. What is thrown is the function's error, which is an alarm. */
export async function handler(): Promise<{ readonly kept: number }> {
  const failed = await refreshKeySets(refreshing);
  for (const finding of judgeClock(refreshing.takeReadings())) reportClock(finding);
  for (const [issuer, { message }] of failed) reportKeys(issuer, `the key set was not kept: ${message}`);
  if (failed.size > 0) throw new Error(`the keys of ${failed.size} issuers were not kept`);
  return { kept: refreshing.fetchers.size };
}
