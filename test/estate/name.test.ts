import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRoleName, createRoleNames } from '../../lib/estate/name.ts';
import { ROLE_NAME } from '../../lib/policy/name.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('T100: a name', () => {
  test.each<[name: string, becomes: RegExp]>([
    ['deploy-web', /^deploy-web$/],
    ['DeployWeb', /^deployweb-x[0-9a-f]{10}$/],
    ['../../etc/passwd', /^etc-passwd-x/],
    ['<script>', /^script-x/],
    ['', /^role-x/],
    ['ü', /^role-x/],
    ['CON', /^con-x/],
    ['a'.repeat(64), /^a{64}$/],
    ['a'.repeat(65), /^a{52}-x[0-9a-f]{10}$/],
    ['deploy-x0123456789', /^deploy-x0123456789-x/],
  ])('%j becomes %s', (name, becomes) => {
    expect(createRoleName(name, `arn:${name}`, digest)).toMatch(becomes);
  });

  test('is a file of the folder, whatever it is made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), name => ROLE_NAME.test(createRoleName(name, name, digest))),
    );
  });

  test('is of one source alone', () => {
    const source = fc.record({
      name: fc.constantFrom('a', 'A', 'a-', 'a_', 'deploy', 'Deploy', 'deploy-x0123456789'),
      account: fc.nat(3),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(source, { selector: ({ name, account }) => `${name}${account}` }),
        sources => {
          const all = sources.map(({ name, account }) => ({ name, source: `arn:${account}:${name}` }));
          const names = createRoleNames(all, digest);
          return new Set(names.values()).size === all.length;
        },
      ),
    );
  });
});
