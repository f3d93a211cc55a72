import { BUILDKITE } from '../harness/policy.ts';
import { switchOf } from '../harness/switch.ts';
import type { Attack } from './harness.ts';

const NAMES = ['my-pipeline', 'my-organization', BUILDKITE];
const OFF = switchOf({ what: 'pipeline', names: NAMES, id: 'p-1' });

/** Past what an operator switched off. */
export const attacks: readonly Attack[] = [
  {
    of: 'P33',
    tried: 'the pipeline renamed, with its id',
    send: ({ switchOff, askAs }) => {
      switchOff(OFF);
      return askAs({ pipeline_slug: 'innocent', pipeline_id: 'p-1' });
    },
    got: 'caller_switched_off',
  },
  {
    of: 'T94',
    tried: 'the pipeline renamed, its id left out of the token',
    send: ({ switchOff, askAs }) => {
      switchOff(OFF);
      return askAs({ pipeline_slug: 'innocent' });
    },
    got: 'caller_switched_off',
  },
  {
    of: 'P33',
    tried: 'the pipeline in capitals',
    send: ({ switchOff, askAs }) => {
      switchOff(OFF);
      return askAs({ pipeline_slug: 'MY-PIPELINE', pipeline_id: 'p-9' });
    },
    got: 'caller_switched_off',
  },
  {
    of: 'T94',
    tried: 'the pipeline renamed, where the operator chose the name: what that misses',
    send: ({ switchOff, askAs }) => {
      switchOff(switchOf({ what: 'pipeline', names: NAMES, byName: true }));
      return askAs({ pipeline_slug: 'innocent' });
    },
    got: 'issued',
  },
  {
    of: 'T-4',
    tried: 'a key that was switched off, for a role that there is not',
    send: ({ switchOff, askAs, issuer }) => {
      switchOff(switchOf({ what: 'kid', names: [String(issuer.jwk.kid)] }));
      return askAs({}, 'nothing');
    },
    got: 'key_switched_off',
  },
];
