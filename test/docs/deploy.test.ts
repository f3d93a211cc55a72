import { describe, expect, test } from 'vitest';
import { readOptions } from '../../infra/options.ts';
import { HONOURED, REFUSED } from '../../infra/provider.ts';
import { template } from '../../infra/template.ts';
import { STACK } from '../harness/deploy.ts';
import { configFrom } from '../harness/local.ts';
import { blocks, code, read, rowsOf } from '../harness/markdown.ts';

const PAGE = 'docs/guides/deploy.md';

type Statement = { readonly Action: string | readonly string[] };
const policy = blocks(read(PAGE)).find(({ words }) => words.includes('deploy-policy'));
const actions = (JSON.parse(policy?.text ?? '') as { Statement: Statement[] }).Statement.flatMap(
  ({ Action }) => Action,
);

const { options } = readOptions({
  domain: {
    name: 'sts.test.example',
    certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/x',
    hostedZoneId: 'Z0123456789',
  },
  functionUrl: true,
  signing: 'sealed',
});

describe('the rights of the deploying person', () => {
  const made = options && template({ config: configFrom(), options, stack: STACK }).resources.Resources;
  const types = [...new Set(Object.values(made ?? {}).map(({ Type }) => Type))];
  const services = new Set(actions.map(action => action.split(':')[0]));

  test.each([...types, 'AWS::Lambda::Function', 'AWS::S3::Bucket', 'AWS::CloudFormation::Stack'])(
    'have the service of %s',
    type => {
      const service = type.split('::')[1]?.toLowerCase().replace('apigatewayv2', 'apigateway');
      expect(services).toContain(service);
    },
  );

  test('do not reach into a target account', () => {
    expect(actions.filter(action => /^(sts:|\*)/.test(action))).toEqual([]);
  });
});

test('every option of serverless.yml is documented, and nothing that is not there is', () => {
  const documented = rowsOf(PAGE, 'option under custom.kiteSts').map(([option]) => code(option));
  // `provider` is the framework's, and has a table of its own.
  const { provider: _, ...own } = options ?? {};
  expect(documented.sort()).toEqual(Object.keys(own).sort());
});

test('I3: every setting of provider that is honoured or refused is documented', () => {
  const documented = rowsOf(PAGE, 'setting of provider').flatMap(row =>
    [...row.join(' ').matchAll(/`([\w.]+)`/g)].map(([, name]) => name?.split('.')[0]),
  );
  const words = ['rolePermissionsBoundary', 'role', 'iamManagedPolicies', 'iamRoleStatements'];
  const decided = [...HONOURED, ...Object.keys(REFUSED).map(path => path.split('.')[0] ?? '')];
  // The older words of the framework for the same things are in no table.
  expect(decided.filter(name => !documented.includes(name) && !words.includes(name))).toEqual([]);
});

test('the file that a target account applies is where the guide says', () => {
  const { files } = JSON.parse(read('package.json')) as { files: readonly string[] };
  const said = /node_modules\/kite-sts\/(\S+)/.exec(read(PAGE))?.[1] ?? '';
  expect(files.some(folder => said.startsWith(`${folder}/`))).toBe(true);
  expect(read(said)).toContain('BrokerRoleArn');
});
