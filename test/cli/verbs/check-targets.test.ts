import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { FINDINGS } from '../../../lib/review/targets/findings.ts';
import { runLine, wordsOf } from '../../harness/command-line.ts';
import { configFolder, fileOf } from '../../harness/local.ts';
import { code, read, rowsOf } from '../../harness/markdown.ts';

const BROKER = 'arn:aws:iam::111122223333:role/kite-sts-prod-eu-central-1-exchange';
/** The one `aws` role of `configFolder`, which has a tag. */
const TARGET = 'arn:aws:iam::123456789012:role/deploy';
const ID = { StringEquals: { 'sts:ExternalId': 'kite-sts:deploy' } };
function allow(Action: unknown, Condition: object) {
  return { Effect: 'Allow', Principal: { AWS: BROKER }, Action, Condition };
}
const BESIDE = allow(['sts:TagSession', 'sts:SetSourceIdentity'], {});

function shown(Statement: unknown, Arn = TARGET) {
  return JSON.stringify(
    {
      Role: { Arn, MaxSessionDuration: 3600, AssumeRolePolicyDocument: { Version: '2012-10-17', Statement } },
    },
    null,
    4,
  );
}
const RIGHT = shown([allow('sts:AssumeRole', ID), BESIDE]);
const OPEN = shown([allow('sts:AssumeRole', {}), BESIDE]);
const OTHER = shown([], 'arn:aws:iam::123456789012:role/other');

async function ran(words: readonly string[], config = configFolder()) {
  return runLine(['check-targets', '--config', config, ...words]);
}
function from(content: string, ...words: string[]) {
  return ran(['--from', fileOf(content, 'targets.json'), '--broker-role-arn', BROKER, ...words]);
}

describe('a target that is right exits with 0, also when the file has', () => {
  test.each([
    ['its output alone', RIGHT],
    ['others before it', `${OTHER}\n${RIGHT}\n`],
    ['a list', `[${OTHER},${RIGHT}]`],
  ])('%s', async (_name, content) => {
    expect(await from(content)).toEqual({ exits: 0, out: `deploy  ${TARGET}  ok\n`, error: '' });
  });

  test('and roles of other kinds have no target', async () => {
    const { out } = await from(RIGHT, '--json');
    expect(JSON.parse(out)).toEqual([{ role: 'deploy', role_arn: TARGET, findings: [] }]);
  });
});

describe('a target that is not right exits with 2', () => {
  test('and is told by role, ARN, code and the trust policy to paste', async () => {
    const { exits, out } = await from(OPEN);
    expect(exits).toBe(2);
    expect(out.split('\n')[0]).toBe(`deploy  ${TARGET}`);
    expect(out).toMatch(/^ {2}external-id-not-demanded: /m);
    const pasted = shown(JSON.parse(out.slice(out.indexOf('\n{\n'))).Statement);
    expect(await from(pasted)).toMatchObject({ exits: 0 });
  });

  test('and as JSON with the same', async () => {
    const { exits, out } = await from(OPEN, '--json');
    expect(exits).toBe(2);
    const [{ findings, trust_policy: policy }] = JSON.parse(out);
    expect(findings.map((each: { code: string }) => each.code)).toEqual(['external-id-not-demanded']);
    expect(await from(shown(policy.Statement))).toMatchObject({ exits: 0 });
  });

  test('and a session that is too short has its command and no trust policy', async () => {
    const { exits, out } = await from(RIGHT.replace('3600', '1800'));
    expect(exits).toBe(2);
    expect(out).toContain('aws iam update-role --role-name deploy --max-session-duration 3600\n');
    expect(out).not.toContain('Statement');
  });

  test('and so does one that the file does not have', async () => {
    const { exits, out } = await from(OTHER);
    expect([exits, /^ {2}([a-z-]+):/m.exec(out)?.[1]]).toEqual([2, 'target-unknown']);
  });
});

test('--also names another who may stand in a trust policy', async () => {
  const also = 'arn:aws:iam::123456789012:role/break-glass';
  const both = shown([
    allow('sts:AssumeRole', ID),
    BESIDE,
    { ...allow('sts:AssumeRole', ID), Principal: { AWS: also } },
  ]);
  expect(await from(both)).toMatchObject({ exits: 2 });
  expect(await from(both, '--also', 'arn:aws:iam::123456789012:role/x', '--also', also)).toMatchObject({
    exits: 0,
  });
});

test('--list prints each target once and needs no file', async () => {
  expect(await ran(['--list'])).toEqual({ exits: 0, out: `${TARGET}\n`, error: '' });
});

describe('the template that target accounts apply', () => {
  type Node = { readonly [name: string]: unknown };
  const { Conditions, Resources } = parse(read('infra/targets/aws/kite-sts-target.yml')) as {
    Conditions: Node;
    Resources: { Target: { Properties: Node } };
  };

  /** The template with CloudFormation's functions carried out, as far as it uses them. */
  const resolved = (node: unknown, parameters: { readonly [name: string]: string }): unknown => {
    const inner = (each: unknown) => resolved(each, parameters);
    if (Array.isArray(node)) return node.map(inner);
    if (node === null || typeof node !== 'object') return node;
    const whole = node as Node;
    const [name = '', given] = Object.entries(whole)[0] ?? [];
    if (name === 'Ref') return given === 'AWS::NoValue' ? undefined : parameters[String(given)];
    if (name === 'Fn::Sub')
      return String(given).replace(/\$\{(\w+)\}/g, (_, each) => String(parameters[each]));
    if (name === 'Fn::Join') return (inner(given) as [string, string])[1];
    if (name === 'Fn::Equals') return new Set(inner(given) as unknown[]).size === 1;
    if (name === 'Fn::Not') return (inner(given) as boolean[])[0] === false;
    if (name === 'Fn::If') {
      const [condition, yes, no] = given as [string, unknown, unknown];
      return inner(inner(Conditions[condition]) ? yes : no);
    }
    const entries = Object.entries(whole).map(([key, each]) => [key, inner(each)] as const);
    return Object.fromEntries(entries.filter(([, each]) => each !== undefined));
  };
  const applied = (parameters: { readonly [name: string]: string }): string => {
    const { MaxSessionDuration, AssumeRolePolicyDocument } = resolved(Resources.Target.Properties, {
      BrokerRoleArn: BROKER,
      ManagedPolicyArns: '',
      MaxSessionDuration: '3600',
      SessionTags: 'demanded',
      ...parameters,
    }) as Node;
    const Role = { Arn: TARGET, MaxSessionDuration: Number(MaxSessionDuration), AssumeRolePolicyDocument };
    return JSON.stringify({ Role });
  };
  const found = async (parameters: { readonly [name: string]: string }) => {
    const [{ findings }] = JSON.parse((await from(applied(parameters), '--json')).out);
    return findings.map((each: { code: string }) => each.code);
  };

  test.each<[name: string, parameters: { readonly [name: string]: string }, found: string[]]>([
    ['of this role is right', { RoleName: 'deploy' }, []],
    ['of this role is right, tags optional', { RoleName: 'deploy', SessionTags: 'optional' }, []],
    ['of another role is not', { RoleName: 'other' }, ['external-id-differs']],
  ])('%s', async (_name, parameters, expected) => {
    expect(await found(parameters)).toEqual(expected);
  });
});

describe('what could not run exits with 1:', () => {
  test.each([
    ['a file that is not JSON', 'aws: command not found'],
    ['JSON that is cut', RIGHT.slice(0, -3)],
    ['JSON that is no role', '{"Users":[]}'],
    ['a statement that is none', RIGHT.replace('"Allow"', '"allow"')],
    [
      'a condition that stands twice, of which a reader would see one',
      RIGHT.replace('"StringEquals"', '"Bool": {}, "Bool"'),
    ],
  ])('%s', async (_name, content) => {
    expect(await from(content)).toMatchObject({ exits: 1, out: '' });
  });

  test('a file that is not there', async () => {
    expect(await ran(['--from', '/nowhere', '--broker-role-arn', BROKER])).toMatchObject({
      exits: 1,
      out: '',
    });
  });

  test('a configuration with faults', async () => {
    expect(await ran(['--list'], '/nowhere')).toMatchObject({ exits: 1, out: '' });
  });
});

describe('wrong usage exits with 64:', () => {
  test.each([
    ['no file', `--broker-role-arn ${BROKER}`],
    ['no ARN', '--from -'],
    ['the ARN of a session', '--from - --broker-role-arn arn:aws:sts::111122223333:assumed-role/a/b'],
    ['the ARN of an account', '--from - --broker-role-arn arn:aws:iam::111122223333:root'],
  ])('%s', async (_name, words) => {
    expect(await ran(wordsOf(words))).toMatchObject({ exits: 64, out: '' });
  });
});

test('every finding is documented, and nothing that is not found is', () => {
  const documented = rowsOf('docs/reference/cli-estate.md', 'finding').map(([first, means]) => [
    code(first),
    means,
  ]);
  expect(Object.fromEntries(documented)).toEqual(FINDINGS);
});
