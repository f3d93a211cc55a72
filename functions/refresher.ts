import { createRefresher } from '../lib/broker.ts';
import { openCompiled } from '../lib/config/compiled.ts';
import { demandSettings } from '../lib/config/settings.ts';
import { awsEnvironment } from '../lib/lambda/environment.ts';
import { refresh } from '../lib/token/refresh.ts';

const { awsEndpoint, issuerKeyTable } = demandSettings(process.env);
const refreshing = createRefresher(openCompiled(`${import.meta.dirname}/config`), {
  aws: awsEnvironment(awsEndpoint),
  issuerKeyTable,
  onKeys: (issuer, what) => void process.stderr.write(`${JSON.stringify({ issuer, what })}\n`),
});

/** Asks the issuers for their keys, by a schedule and no door. What is thrown is the function's error, which is an alarm. */
export const handler = async (): Promise<{ readonly kept: number }> => {
  const failed = await refresh(refreshing);
  for (const [issuer, { message }] of failed)
    process.stderr.write(`${JSON.stringify({ issuer, what: `the key set was not kept: ${message}` })}\n`);
  if (failed.size > 0) throw new Error(`the keys of ${failed.size} issuers were not kept`);
  return { kept: refreshing.fetchers.size };
};
