import { createTellers, type Diagnosis } from '../diagnosis.ts';
import type { Instruments, Patient } from './examined.ts';
import { fetchSeen, nameFailure } from './see.ts';

const CHECK = createTellers('health');

/** Looks whether it answers at all. */
export async function examineHealth(patient: Patient, instruments: Instruments): Promise<Diagnosis> {
  const page = `${patient.url}/health`;
  try {
    const { status } = await fetchSeen(page, instruments);
    if (status === 200) return CHECK.ok(page, 'it answers');
    return CHECK.wrong(
      page,
      `it answered ${status}`,
      'See the alarms, and the log of the function discovery.',
    );
  } catch (error) {
    return CHECK.wrong(
      page,
      `it did not answer: ${nameFailure(error)}`,
      'See its DNS record, which a new name needs minutes for, its certificate, and whether a proxy stands between.',
    );
  }
}
