import type { Target } from '../../lib/policy/targets.ts';
import type { Credential, GrantOf, Provider } from '../../lib/providers/provider.ts';
import type { UpstreamSetting } from '../../lib/providers/upstream.ts';
import { type Say, says, type TestClouds } from '../harness/clouds.ts';
import { type ProviderUnderTest, providerContract } from './provider.ts';

/** What the test of a provider that asks a cloud hands in. */
export type CloudUnderTest<T extends Target> = {
  readonly clouds: TestClouds;
  readonly make: (setting: UpstreamSetting) => Provider<T, Credential>;
  readonly grant: () => GrantOf<T>;
  /** How this cloud refuses. */
  readonly refusal: Say;
  /** How its provider fails beside. */
  readonly failures: ProviderUnderTest<T>['failures'];
};

/** What every provider keeps to, and what every one that asks a cloud makes of the ways in which a cloud fails. */
export function cloudContract<T extends Target>(tested: CloudUnderTest<T>): void {
  const { clouds, make, grant, refusal, failures } = tested;
  const failing = (say: Say) => () => {
    clouds.reply(say);
    return make(clouds.setting);
  };
  providerContract<T>({
    provider: () => make(clouds.setting),
    grant,
    tolerance: 60,
    failures: {
      'the other side refuses': failing(refusal),
      'it answers with a page': failing(says(200, '<html></html>')),
      'its answer is truncated': failing(says(200, '{"access_token":"ya29')),
      'it is asked too often': failing(says(429, { error: 'slow_down' })),
      'it fails': failing(says(500, { error: 'server_error' })),
      'it breaks the connection': failing(() => undefined),
      'nobody is there': () => make({ base: 'http://127.0.0.1:9', random: () => 0 }),
      ...failures,
    },
  });
}
