import type { Switch } from '../../lib/switch.ts';
import { BUILDKITE } from '../harness/policy.ts';
import { switchOf } from '../harness/switch.ts';
import { type Attack, attack } from './harness.ts';

const NAMES = ['my-pipeline', 'my-organization', BUILDKITE];
const OFF = switchOf({ what: 'pipeline', names: NAMES, id: 'p-1' });

const BY_NAME = switchOf({ what: 'pipeline', names: NAMES, byName: true });

/** Once this is off, a token with these claims. */
function past(of: string, tried: string, got: string, off: Switch, claims: object): Attack {
  return attack(of, tried, got, ({ switchOff, askAs }) => {
    switchOff(off);
    return askAs({ ...claims });
  });
}

/** Past what an operator switched off. */
export const attacks: readonly Attack[] = [
  past('P33', 'the pipeline renamed, with its id', 'caller_switched_off', OFF, {
    pipeline_slug: 'innocent',
    pipeline_id: 'p-1',
  }),
  past('T94', 'the pipeline renamed, its id left out of the token', 'caller_switched_off', OFF, {
    pipeline_slug: 'innocent',
  }),
  past('P33', 'the pipeline in capitals', 'caller_switched_off', OFF, {
    pipeline_slug: 'MY-PIPELINE',
    pipeline_id: 'p-9',
  }),
  past(
    'T94',
    'the pipeline renamed, where the operator chose the name: what that misses',
    'issued',
    BY_NAME,
    { pipeline_slug: 'innocent' },
  ),
  attack(
    'T-4',
    'a key that was switched off, for a role that there is not',
    'key_switched_off',
    ({ switchOff, askAs, issuer }) => {
      switchOff(switchOf({ what: 'kid', names: [String(issuer.jwk.kid)] }));
      return askAs({}, 'nothing');
    },
  ),
];
