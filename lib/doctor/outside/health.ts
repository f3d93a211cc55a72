import { createTellers } from '../diagnosis.ts';
import type { Examine } from './examined.ts';
import { nameFailure, see } from './see.ts';

const CHECK = createTellers('health');

/** Does it answer at all? */
export const examineHealth: Examine = async ({ url }, instruments) => {
  const page = `${url}/health`;
  try {
    const { status } = await see(page, instruments);
    if (status === 200) return [CHECK.ok(page, 'it answers')];
    return [
      CHECK.wrong(page, `it answered ${status}`, 'See the alarms, and the log of the function discovery.'),
    ];
  } catch (error) {
    return [
      CHECK.wrong(
        page,
        `it did not answer: ${nameFailure(error)}`,
        'See its DNS record, which a new name needs minutes for, its certificate, and whether a proxy stands between.',
      ),
    ];
  }
};
