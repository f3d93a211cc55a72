/**
 * `node test/load/run.ts`: that one organization at ten times its limit leaves another's latency as it is, that
 * memory stays flat over 100,000 exchanges, and that an issuer which changes its keys every few seconds leads to no
 * wrong decision. All within one run, as ratios. Exits with 1 when something is not so.
 */
import { endAll } from '../harness/endings.ts';
import { memory } from './memory.ts';
import { neighbors } from './neighbors.ts';
import { rotation } from './rotation.ts';

let missed = 0;
// One after another: each measures what the others would disturb.
for (const measure of [neighbors, rotation, memory]) {
  const { name, found, held } = await measure();
  if (!held) missed++;
  console.log(`${held ? 'held  ' : 'MISSED'} ${name}: ${found}`);
}
process.exitCode = missed === 0 ? 0 : 1;
await endAll();
