import { join } from 'node:path';
import type { Config } from '../lib/config/load.ts';
import type { Complaint } from '../lib/policy/complaint.ts';

/**
 * Each Lambda environment would remember used tokens by itself, so a token could be used once in each. What
 * cannot be held is not packaged; a store that all share comes later.
 */
export const onceComplaints = ({ roles, folder }: Config): Complaint[] =>
  roles
    .filter(({ singleUse }) => singleUse)
    .map(({ name }) => ({
      rule: 'wrong-value',
      place: { file: join(folder, 'roles', `${name}.yml`), line: 1, column: 1 },
      message:
        'single_use holds within one process alone, so a deployed broker could not keep it. Leave it out for now.',
    }));
