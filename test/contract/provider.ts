import { describe, expect, test } from 'vitest';
import { CODES } from '../../lib/errors.ts';
import type { Target } from '../../lib/policy/targets.ts';
import type { Credential, GrantOf, Provider } from '../../lib/providers/provider.ts';
import { codeOf } from '../harness/code.ts';
import { NOW } from '../harness/policy.ts';

/** What a provider's test hands in: the provider, a grant of its kind, and ways to make the other side fail. */
export type ProviderUnderTest<T extends Target> = {
  readonly provider: () => Provider<T, Credential>;
  readonly grant: () => GrantOf<T>;
  /** How much longer than the grant the other side's own clock may make a credential, in seconds. */
  readonly tolerance: number;
  /** By name: makes the next call fail in some way. */
  readonly failures: { readonly [name: string]: () => Provider<T, Credential> };
};

/** What every provider keeps to, whatever it makes. */
export function providerContract<T extends Target>(tested: ProviderUnderTest<T>): void {
  const { provider, grant, tolerance, failures } = tested;

  describe('as every provider', () => {
    test('its credential ends, and not beyond the grant', async () => {
      const { expiresAt } = await provider()(grant(), NOW);
      expect(expiresAt).toBeGreaterThan(NOW);
      expect(expiresAt).toBeLessThanOrEqual(NOW + grant().seconds + tolerance);
      expect(Number.isInteger(expiresAt)).toBe(true);
    });

    test('its credential names a session, and holds no more than its kind has', async () => {
      const credential = await provider()(grant(), NOW);
      expect(credential.kind).toBe(grant().target.kind);
      expect(credential.session).not.toBe('');
    });

    test('what it is given stays as it was', async () => {
      const given = grant();
      const before = structuredClone(given);
      await provider()(given, NOW);
      expect(given).toEqual(before);
    });

    test.each(Object.keys(failures))(
      'what it throws is never told as a fault of the caller: %s',
      async name => {
        const failing = failures[name]?.();
        const code = await codeOf(() => failing?.(grant(), NOW));
        expect(code === 'none' ? code : CODES[code].fault).toMatch(/^(setup|ours)$/);
      },
    );
  });
}
