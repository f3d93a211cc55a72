import { type Attack, attack } from './harness.ts';

/** With a real token of a job that the role is not for. */
export const attacks: readonly Attack[] = [
  attack('T25', 'another branch', 'trust_not_met', ({ askAs }) => askAs({ build_branch: 'topic' })),
  attack('T26', 'the branch in a list', 'trust_not_met', ({ askAs }) => askAs({ build_branch: ['main'] })),
  attack('T94', 'a queue that is denied, left out of the token', 'explicitly_denied', ({ askAs }) =>
    askAs({}, 'guarded'),
  ),
  attack('T94', 'a queue that is denied, as another type', 'explicitly_denied', ({ askAs }) =>
    askAs({ queue_key: ['untrusted'] }, 'guarded'),
  ),
  attack('T43', 'another organization, at a role that there is', 'role_refused_or_unknown', ({ askAs }) =>
    askAs({ organization_slug: 'another' }),
  ),
  attack('T43', 'another organization, at a role that there is not', 'role_refused_or_unknown', ({ askAs }) =>
    askAs({ organization_slug: 'another' }, 'wbe'),
  ),
  attack('D14', 'a branch of 11,000 characters', 'trust_not_met', ({ askAs }) =>
    askAs({ build_branch: 'a'.repeat(11_000) }),
  ),
];
