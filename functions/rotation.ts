import { openCompiled } from '../lib/config/compiled.ts';
import { demandSettings } from '../lib/config/settings.ts';
import { rotate } from '../lib/keys/rotate.ts';
import { awsEnvironment } from '../lib/lambda/environment.ts';
import { sealingOf } from '../lib/lambda/signer.ts';

const settings = demandSettings(process.env);
const { url } = openCompiled(`${import.meta.dirname}/config`);
const sealing = sealingOf(settings, awsEnvironment(settings.awsEndpoint), url);

/** Makes the next sealed key, by a schedule and no door. What is thrown is the function's error, which is an alarm. */
export const handler = async (): Promise<{ readonly day: string; readonly made: boolean }> => {
  const rotated = await rotate(sealing, Date.now() / 1000);
  process.stdout.write(`${JSON.stringify({ event: 'rotation', ...rotated })}\n`);
  return rotated;
};
