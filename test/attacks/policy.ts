import type { Attack } from './harness.ts';

/** With a real token of a job that the role is not for. */
export const attacks: readonly Attack[] = [
  {
    of: 'T25',
    tried: 'another branch',
    send: ({ askAs }) => askAs({ build_branch: 'topic' }),
    got: 'trust_not_met',
  },
  {
    of: 'T26',
    tried: 'the branch in a list',
    send: ({ askAs }) => askAs({ build_branch: ['main'] }),
    got: 'trust_not_met',
  },
  {
    of: 'T94',
    tried: 'a queue that is denied, left out of the token',
    send: ({ askAs }) => askAs({}, 'guarded'),
    got: 'explicitly_denied',
  },
  {
    of: 'T94',
    tried: 'a queue that is denied, as another type',
    send: ({ askAs }) => askAs({ queue_key: ['untrusted'] }, 'guarded'),
    got: 'explicitly_denied',
  },
  {
    of: 'T43',
    tried: 'another organization, at a role that there is',
    send: ({ askAs }) => askAs({ organization_slug: 'another' }),
    got: 'role_refused_or_unknown',
  },
  {
    of: 'T43',
    tried: 'another organization, at a role that there is not',
    send: ({ askAs }) => askAs({ organization_slug: 'another' }, 'wbe'),
    got: 'role_refused_or_unknown',
  },
  {
    of: 'D14',
    tried: 'a branch of 11,000 characters',
    send: ({ askAs }) => askAs({ build_branch: 'a'.repeat(11_000) }),
    got: 'trust_not_met',
  },
];
