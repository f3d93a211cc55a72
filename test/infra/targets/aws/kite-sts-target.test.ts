import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { ClaimValue } from '../../../../lib/policy/claims.ts';
import { checkTarget } from '../../../../lib/review/targets/findings.ts';
import { readTrustStatements } from '../../../../lib/review/targets/trust.ts';
import { ASKED, BROKER } from '../../../harness/targets.ts';

type Json = { readonly [name: string]: unknown };
type Parameters = { readonly [name: string]: unknown };

const TEMPLATE = parse(readFileSync('infra/targets/aws/kite-sts-target.yml', 'utf8')) as {
  readonly Parameters: { readonly [name: string]: Json };
  readonly Conditions: Json;
  readonly Resources: { readonly [id: string]: { readonly Type: string; readonly Properties: Json } };
  readonly Outputs: { readonly [id: string]: { readonly Value: unknown } };
};

/** As CloudFormation fills a template in, for the functions that this one uses. */
function fill(value: unknown, given: Parameters): unknown {
  if (Array.isArray(value)) return value.map(each => fill(each, given));
  if (typeof value !== 'object' || value === null) return value;
  const [[name, operand] = ['', undefined]] = Object.entries(value) as [string, unknown][];
  const operands = (): unknown[] => fill(operand, given) as unknown[];
  if (name === 'Ref') return given[String(operand)];
  if (name === 'Fn::Sub')
    return String(operand).replace(/\$\{(\w+)\}/g, (_, each: string) => String(given[each]));
  if (name === 'Fn::Join') return (operands()[1] as string[]).join(operands()[0] as string);
  if (name === 'Fn::Equals') return operands()[0] === operands()[1];
  if (name === 'Fn::Not') return !operands()[0];
  if (name === 'Fn::If') {
    const [condition, yes, no] = operand as [string, unknown, unknown];
    return fill(fill(TEMPLATE.Conditions[condition], given) ? yes : no, given);
  }
  const members = Object.entries(value).map(([key, each]) => [key, fill(each, given)] as const);
  return Object.fromEntries(members.filter(([, each]) => each !== undefined));
}

function propertiesWith(more: Parameters = {}): Json {
  return fill(TEMPLATE.Resources['Target']?.Properties, {
    BrokerRoleArn: BROKER,
    RoleName: 'deploy',
    ManagedPolicyArns: [''],
    MaxSessionDuration: 3600,
    SessionTags: 'demanded',
    ...more,
  }) as Json;
}

const TAGS_DEMANDED = { Null: { 'aws:TagKeys': 'false' } };
function trusted(Sid: string, Action: string, Condition?: object) {
  return { Sid, Effect: 'Allow', Principal: { AWS: BROKER }, Action, ...(Condition ? { Condition } : {}) };
}
function statements(more: object) {
  return [
    trusted('Assume', 'sts:AssumeRole', {
      StringEquals: { 'sts:ExternalId': 'kite-sts:deploy' },
      StringLike: { 'sts:SourceIdentity': '?*' },
      ...more,
    }),
    trusted('NameTheJob', 'sts:SetSourceIdentity', { StringLike: { 'sts:SourceIdentity': '?*' } }),
    trusted('TagTheSession', 'sts:TagSession'),
  ];
}

test('the template makes one role and nothing else', () => {
  expect(Object.entries(TEMPLATE.Resources).map(([id, { Type }]) => [id, Type])).toEqual([
    ['Target', 'AWS::IAM::Role'],
  ]);
});

describe('T44: a target trusts the broker alone, by its external id and with a source identity', () => {
  test('and demands tags of its sessions', () => {
    expect(propertiesWith()['AssumeRolePolicyDocument']).toEqual({
      Version: '2012-10-17',
      Statement: statements(TAGS_DEMANDED),
    });
  });

  test('and takes sessions without tags where that is said', () => {
    expect(propertiesWith({ SessionTags: 'optional' })['AssumeRolePolicyDocument']).toEqual({
      Version: '2012-10-17',
      Statement: statements({}),
    });
  });
});

test('the role has the name of the role in kite-sts, and one hour', () => {
  expect(propertiesWith()).toMatchObject({ RoleName: 'deploy', MaxSessionDuration: 3600 });
  expect(TEMPLATE.Parameters['MaxSessionDuration']).toMatchObject({
    Default: 3600,
    MinValue: 3600,
    MaxValue: 43_200,
  });
});

test.each([
  { name: 'no managed policy', given: [''], has: undefined },
  {
    name: 'two',
    given: ['arn:aws:iam::aws:policy/A', 'arn:aws:iam::aws:policy/B'],
    has: ['arn:aws:iam::aws:policy/A', 'arn:aws:iam::aws:policy/B'],
  },
])('the role may do what it is given: $name', ({ given, has }) => {
  expect(propertiesWith({ ManagedPolicyArns: given })['ManagedPolicyArns']).toEqual(has);
});

describe('its parameters', () => {
  const fits = (name: string, value: string) =>
    new RegExp(String(TEMPLATE.Parameters[name]?.['AllowedPattern'])).test(value);

  test.each([
    ['BrokerRoleArn', 'arn:aws:iam::123456789012:role/kite-sts-dev-eu-west-1-exchange'],
    ['BrokerRoleArn', 'arn:aws-us-gov:iam::123456789012:role/path/name'],
    ['RoleName', 'deploy-web'],
  ])('%s takes %s', (name, value) => {
    expect(fits(name, value)).toBe(true);
  });

  test.each([
    ['BrokerRoleArn', 'arn:aws:iam::123456789012:root'],
    ['BrokerRoleArn', 'arn:aws:iam::123456789012:role/*'],
    ['BrokerRoleArn', '*'],
    ['RoleName', 'Deploy'],
    ['RoleName', 'a'.repeat(65)],
    ['RoleName', ''],
  ])('%s refuses %j', (name, value) => {
    expect(fits(name, value)).toBe(false);
  });
});

describe('check-targets, of a role made by it,', () => {
  const findings = (parameters: Parameters, asked: Partial<typeof ASKED> = {}) => {
    const properties = propertiesWith(parameters);
    const target = {
      arn: ASKED.arn,
      maxSeconds: Number(properties['MaxSessionDuration']),
      statements: readTrustStatements(properties['AssumeRolePolicyDocument'] as ClaimValue),
    };
    const whole = { ...ASKED, ...asked };
    const trusted = { broker: BROKER, also: [], externalIds: [whole.externalId] };
    return checkTarget(whole, target, trusted).map(({ code }) => code);
  };

  test.each([
    { name: 'with tags', parameters: {}, asked: {} },
    {
      name: 'without tags, where they are optional',
      parameters: { SessionTags: 'optional' },
      asked: { tags: [] },
    },
  ])('finds nothing wrong: $name', ({ parameters, asked }) => {
    expect(findings(parameters, asked)).toEqual([]);
  });

  test.each([
    ['another role of kite-sts', { RoleName: 'other' }, {}, ['external-id-differs']],
    ['another broker', { BrokerRoleArn: `${BROKER}-2` }, {}, ['broker-not-trusted', 'principal-other']],
    ['no source identity', {}, { sourceIdentity: false }, ['condition-not-met']],
    ['no tags', {}, { tags: [] }, ['condition-not-met']],
  ])('refuses %s', (_name, parameters, asked, finds) => {
    expect(findings(parameters, asked)).toEqual(finds);
  });
});

test('the outputs are what the role in kite-sts must say', () => {
  const { RoleArn, ExternalId } = TEMPLATE.Outputs;
  expect(RoleArn?.Value).toEqual({ 'Fn::GetAtt': ['Target', 'Arn'] });
  expect(fill(ExternalId?.Value, { RoleName: 'deploy' })).toBe('kite-sts:deploy');
});
