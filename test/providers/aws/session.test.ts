import { describe, expect, test } from 'vitest';
import type { AwsTarget } from '../../../lib/policy/targets/aws.ts';
import { nameAwsSession } from '../../../lib/providers/aws/session.ts';
import { grantFor, TRUST } from '../../harness/grant.ts';

const ROLE = `${TRUST}\naws: { role_arn: arn:aws:iam::123456789012:role/deploy-web }\n`;

describe('T47: the name of a session', () => {
  const named = (claims: object): string =>
    nameAwsSession(grantFor<AwsTarget>(ROLE, { ...claims }).sessionName);

  test.each([
    ['of a plain build', {}, 'my-pipeline.5.'],
    ['of a long pipeline is cut', { pipeline_slug: 'a'.repeat(30) }, `${'a'.repeat(20)}.5.`],
    ['of a pipeline with dots has two dots all the same', { pipeline_slug: 'a.b.c' }, 'a-b-c.5.'],
    ['of a pipeline with other characters', { pipeline_slug: 'a/ü\n:b' }, 'a----b.5.'],
    ['of a token without a build', { build_number: undefined }, 'my-pipeline..'],
  ])('%s', (_name, claims, readable) => {
    const name = named(claims);
    expect(name.slice(0, -16)).toBe(readable);
    expect(name).toMatch(/^[\w+=,.@-]{2,64}$/);
    expect(name).toMatch(/[a-z2-7]{16}$/);
  });

  test('is the same for the same job, and another for another job or role', () => {
    const session = grantFor<AwsTarget>(ROLE).sessionName;
    expect(named({})).toBe(named({ build_commit: '0' }));
    expect(named({ job_id: 'another' })).not.toBe(named({}));
    const [issuer = '', job = ''] = session.key;
    expect(nameAwsSession({ ...session, key: [issuer, job, 'another-role'] })).not.toBe(
      nameAwsSession(session),
    );
  });

  test('cannot be moved between its parts', () => {
    const { sessionName: session } = grantFor<AwsTarget>(ROLE);
    expect(nameAwsSession({ ...session, key: ['a', 'bc'] })).not.toBe(
      nameAwsSession({ ...session, key: ['ab', 'c'] }),
    );
  });
});
