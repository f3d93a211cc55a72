import { judgeClock } from '../../token/clock.ts';
import { createTellers, type Diagnosis } from '../diagnosis.ts';
import type { Instruments, Patient } from './examined.ts';
import { askStranger } from './see.ts';

const CHECK = createTellers('clock');

/** Compares the time there with the time here. Tokens are refused by either side whose clock is off. */
export function examineClock(patient: Patient, instruments: Instruments): Promise<Diagnosis> {
  const url = `${patient.url}/health`;
  return askStranger({ check: CHECK, of: url, who: 'it', url }, instruments, ({ reading }) => {
    if (!reading) return CHECK.unknown(url, 'its answer says no time');
    const [off] = judgeClock({ aws: [reading], issuers: new Map() });
    if (!off) return CHECK.ok(url, 'the time there and here is the same');
    return CHECK.wrong(
      url,
      `the clock here is ${Math.abs(off.seconds)} s ${off.seconds > 0 ? 'ahead of' : 'behind'} the one there`,
      'Set the clock of this machine. If it is right: the broker has alarms of its own for its clock.',
    );
  });
}
