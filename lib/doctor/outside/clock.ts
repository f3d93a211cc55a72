import { judgeClock } from '../../token/clock.ts';
import { createTellers, type Diagnosis } from '../diagnosis.ts';
import type { Instruments, Patient } from './examined.ts';
import { fetchSeen, nameFailure } from './see.ts';

const CHECK = createTellers('clock');

/** Compares the time there with the time here. Tokens are refused by either side whose clock is off. */
export async function examineClock(
  patient: Patient,
  instruments: Instruments,
): Promise<readonly Diagnosis[]> {
  const { url } = patient;
  const page = `${url}/health`;
  try {
    const { reading } = await fetchSeen(page, instruments);
    if (!reading) return [CHECK.unknown(page, 'its answer says no time')];
    const [off] = judgeClock({ aws: [reading], issuers: new Map() });
    if (!off) return [CHECK.ok(page, 'the time there and here is the same')];
    const { seconds } = off;
    return [
      CHECK.wrong(
        page,
        `the clock here is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} the one there`,
        'Set the clock of this machine. If it is right: the broker has alarms of its own for its clock.',
      ),
    ];
  } catch (error) {
    return [CHECK.unknown(page, `it did not answer: ${nameFailure(error)}`)];
  }
}
