import type { DeployTemplate } from '../../infra/template.ts';
import { KEY, NEXT_KEY, PROOF_KEY, SEALING_KEY } from './kms.ts';

const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';

/** The stack's own name, and what CloudFormation knows of where it stands. */
const KNOWN: { readonly [name: string]: string } = {
  'AWS::StackName': 'sts',
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
};
const KEYS: { readonly [id: string]: string } = {
  FirstSigningKey: KEY,
  SecondSigningKey: NEXT_KEY,
  SealingKey: SEALING_KEY,
  IssuerProofKey: PROOF_KEY,
};

export function tableArn(name: string): string {
  return `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${name}`;
}
export function roleArn(id: string): string {
  return `arn:aws:iam::${ACCOUNT}:role/${id}`;
}

/** A template as CloudFormation deploys it: every reference filled in. */
export type Stack = {
  /** A value of the template without references. */
  fill(value: unknown): unknown;
  readonly tables: readonly { readonly name: string; readonly key: string }[];
};

type Properties = { readonly [name: string]: unknown };

/** Deploys a template on paper. Throws for a reference to what is not there, as CloudFormation does. */
export function fillStack({ resources: { Resources }, functions }: DeployTemplate): Stack {
  const propertiesOf = (id: string): Properties => {
    const found = Resources[id];
    if (!found) throw new Error(`The template refers to ${id}, which it does not have.`);
    return found.Properties;
  };
  function refer(id: string): string {
    const known = KNOWN[id];
    if (known !== undefined) return known;
    if (id.endsWith('LambdaFunction')) return `sts-${id}`;
    const { TableName } = propertiesOf(id);
    return TableName === undefined ? `sts-${id}` : String(fill(TableName));
  }
  function attribute(id: string, name: string): string {
    if (name !== 'Arn') throw new Error(`${id}.${name} is not known here.`);
    if (KEYS[id] !== undefined) return propertiesOf(id) && (KEYS[id] as string);
    if (id.endsWith('LambdaFunction'))
      return `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${Object.keys(functions).find(each => id.toLowerCase().startsWith(each))}`;
    if (id.endsWith('LogGroup')) return `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${id}:*`;
    if (id.endsWith('Role')) return propertiesOf(id) && roleArn(id);
    return tableArn(refer(id));
  }
  function substitute(text: string): string {
    return text.replace(/\$\{([\w:]+)(?:\.(\w+))?\}/g, (_, id: string, name: string | undefined) =>
      name === undefined ? refer(id) : attribute(id, name),
    );
  }
  function fill(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(fill);
    if (value === null || typeof value !== 'object') return value;
    const { Ref, 'Fn::GetAtt': got, 'Fn::Sub': text, 'Fn::Join': joined } = value as Properties;
    if (typeof Ref === 'string') return refer(Ref);
    if (Array.isArray(got)) return attribute(got[0], got[1]);
    if (typeof text === 'string') return substitute(text);
    if (Array.isArray(joined)) return (fill(joined[1]) as string[]).join(joined[0]);
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, fill(each)]));
  }
  const tables = Object.entries(Resources)
    .filter(([, { Type }]) => Type === 'AWS::DynamoDB::Table')
    .map(([id, { Properties }]) => {
      const [key] = Properties['KeySchema'] as readonly { readonly AttributeName: string }[];
      return { name: refer(id), key: key?.AttributeName ?? '' };
    });
  return { fill, tables };
}
