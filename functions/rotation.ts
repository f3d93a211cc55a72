import { openCompiled } from '../lib/config/compiled.ts';
import { rotateKey } from '../lib/keys/rotate.ts';
import { startFunction } from '../lib/lambda/deployed.ts';
import { createSealing } from '../lib/lambda/signer.ts';

const { settings, aws, config } = startFunction(import.meta.dirname);
const sealing = createSealing(settings, aws, openCompiled(config).url);

/** Makes the next sealed key, by a schedule and no door. What is thrown is the function's error, which is an alarm. */
export async function handler(): Promise<{ readonly day: string; readonly made: boolean }> {
  const rotated = await rotateKey(sealing, Date.now() / 1000);
  process.stdout.write(`${JSON.stringify({ event: 'rotation', ...rotated })}\n`);
  return rotated;
}
