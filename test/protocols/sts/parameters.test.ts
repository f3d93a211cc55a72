import { describe, expect, test } from 'vitest';
import type { Code } from '../../../lib/errors.ts';
import { readStsExchange } from '../../../lib/protocols/sts/parameters.ts';
import { faultOf } from '../../harness/code.ts';
import { type Form, stsForm, TARGET } from '../../harness/door.ts';

const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const OWN = 'arn:aws:iam::000000000000:role/kite-sts/';
const POLICY = '{"Version":"2012-10-17","Statement":[]}';

function read(form: Form) {
  return readStsExchange(new Map(stsForm(form)));
}

/** As many of them as `count` says, from 1. */
function arns(count: number): Form {
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`PolicyArns.member.${at + 1}.arn`, READ_ONLY]),
  );
}

/** A session policy of so many characters. */
function policyOf(length: number): string {
  return `{"a":"${'x'.repeat(length - 8)}"}`;
}

describe('AssumeRoleWithWebIdentity asks', () => {
  test('for a role, with a token, for as long as the role says, and for AWS credentials alone', () => {
    expect(read({})).toEqual({
      subjectToken: 'a.b.c',
      access: {
        role: TARGET,
        scopes: undefined,
        seconds: undefined,
        kinds: ['aws'],
        sessionName: 'botocore-session-1',
        sessionPolicy: undefined,
      },
    });
  });

  test.each<[name: string, form: Form, access: object]>([
    ['by the target’s ARN', { RoleArn: TARGET }, { role: TARGET }],
    [
      'by a target in a path and another partition',
      { RoleArn: 'arn:aws-us-gov:iam::123456789012:role/team/a/deploy' },
      { role: 'arn:aws-us-gov:iam::123456789012:role/team/a/deploy' },
    ],
    ['by the role’s own name', { RoleArn: `${OWN}deploy-web` }, { role: 'deploy-web' }],
    ['for 900 seconds', { DurationSeconds: '900' }, { seconds: 900 }],
    ['for 43200 seconds', { DurationSeconds: '43200' }, { seconds: 43_200 }],
    ['with a name of two characters', { RoleSessionName: 'a_' }, { sessionName: 'a_' }],
    [
      'with a name of 64 characters',
      { RoleSessionName: `=,.@-+${'a'.repeat(58)}` },
      { sessionName: `=,.@-+${'a'.repeat(58)}` },
    ],
    ['with a session policy', { Policy: POLICY }, { sessionPolicy: { policy: POLICY, policyArns: [] } }],
    [
      'with a session policy of 2048 characters',
      { Policy: policyOf(2048) },
      { sessionPolicy: { policy: policyOf(2048), policyArns: [] } },
    ],
    [
      'with managed policies, in the order of their numbers',
      {
        'PolicyArns.member.2.arn': READ_ONLY,
        'PolicyArns.member.1.arn': 'arn:aws:iam::123456789012:policy/own',
      },
      {
        sessionPolicy: { policy: undefined, policyArns: ['arn:aws:iam::123456789012:policy/own', READ_ONLY] },
      },
    ],
    [
      'with ten managed policies',
      arns(10),
      { sessionPolicy: { policy: undefined, policyArns: Array(10).fill(READ_ONLY) } },
    ],
    [
      'with what AWS does not know here either, which it ignores too',
      { ExternalId: 'x', 'Tags.member.1.Key': 'a', Unknown: 'x' },
      { role: TARGET, sessionPolicy: undefined },
    ],
  ])('%s', (_name, form, access) => {
    expect(read(form).access).toMatchObject(access);
  });

  test('with the newline of a token file, which is trimmed', () => {
    expect(read({ WebIdentityToken: 'a.b.c\n' }).subjectToken).toBe('a.b.c');
  });
});

describe('refused is', () => {
  const invalid = (at: string): readonly [Code, string] => ['parameter_invalid', at];

  test.each<{ name: string; form: Form; fault: readonly [Code, string] }>([
    ...['RoleArn', 'RoleSessionName', 'WebIdentityToken'].map(at => ({
      name: `no ${at}`,
      form: { [at]: undefined },
      fault: ['parameter_missing', at] as const,
    })),
    {
      name: 'an access token of a web site',
      form: { ProviderId: 'www.amazon.com' },
      fault: ['parameter_unsupported', 'ProviderId'],
    },
    ...[
      'deploy-web',
      'arn:aws:iam::123456789012:user/deploy',
      'arn:aws:iam::1234:role/deploy',
      'arn:aws:sts::123456789012:assumed-role/a/b',
      `${TARGET}\n`,
      `${TARGET}<x/>`,
      `arn:aws:iam::123456789012:role/${'a'.repeat(577)}`,
    ].map(RoleArn => ({
      name: `T43: a RoleArn of ${JSON.stringify(RoleArn).slice(0, 50)}`,
      form: { RoleArn },
      fault: invalid('RoleArn'),
    })),
    ...['a', 'a'.repeat(65), 'a/b', 'a b', 'a\nb', 'a<b>', 'ä-b', 'a\u0000b'].map(RoleSessionName => ({
      name: `T47: a RoleSessionName of ${JSON.stringify(RoleSessionName).slice(0, 20)}`,
      form: { RoleSessionName },
      fault: invalid('RoleSessionName'),
    })),
    ...[
      '899',
      '43201',
      '1e3',
      '900.0',
      '0900',
      '+900',
      ' 900',
      'an hour',
      '99999999999999999999',
      '-900',
    ].map(DurationSeconds => ({
      name: `a DurationSeconds of ${DurationSeconds}`,
      form: { DurationSeconds },
      fault: invalid('DurationSeconds'),
    })),
    ...['{', 'null', '[]', '"x"', `${POLICY}${POLICY}`].map(Policy => ({
      name: `T42: a Policy that is no JSON object: ${Policy}`,
      form: { Policy },
      fault: ['session_policy_invalid', 'Policy'] as const,
    })),
    ...[policyOf(2049), '{"a":"世"}', '{"a":"\u0000"}'].map(Policy => ({
      name: `T42: a Policy of ${Policy.length} characters, ${JSON.stringify(Policy).slice(0, 20)}`,
      form: { Policy },
      fault: invalid('Policy'),
    })),
    ...['', 's', '.member.0.arn', '.member.11.arn', '.member.01.arn', '.member.1.Arn', '.1.arn'].map(
      rest => ({
        name: `PolicyArns${rest}`,
        form: { [`PolicyArns${rest}`]: READ_ONLY },
        fault: invalid('PolicyArns'),
      }),
    ),
    { name: 'an eleventh managed policy', form: arns(11), fault: invalid('PolicyArns') },
    ...['ReadOnlyAccess', TARGET, `${READ_ONLY}*`].map(arn => ({
      name: `a managed policy of ${arn}`,
      form: { 'PolicyArns.member.1.arn': arn },
      fault: invalid('PolicyArns'),
    })),
  ])('$name', ({ form, fault }) => {
    expect(faultOf(() => read(form))).toEqual(fault);
  });
});
