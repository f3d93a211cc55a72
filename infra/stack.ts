/** A deployment as it is known before there is one: names are made of it. */
export type Stack = {
  /** CloudFormation's name for it: the service and its stage, unless `provider.stackName` says otherwise. */
  readonly name: string;
  /** The beginning of the names of functions: the service and its stage. */
  readonly prefix: string;
  readonly region: string;
};

/** Finds which of AWS's worlds a region is in. */
export function findPartition(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** Any account: all numbers of accounts are as long. */
const ACCOUNT = '123456789012';
const KEY = '00000000-0000-0000-0000-000000000000';

/** Writes a name as long as CloudFormation's for a thing that has none: the stack, its id, and 12 or 13 letters and digits. */
function nameUnnamed(id: string, stack: Stack, longest: number): string {
  return `${stack.name}-${id}-${'N'.repeat(13)}`.slice(0, longest);
}

function findAttribute(id: string, stack: Stack): string {
  const { region, prefix } = stack;
  const writeArn = (service: string, rest: string): string =>
    `arn:${findPartition(region)}:${service}:${region}:${ACCOUNT}:${rest}`;
  if (id.endsWith('Key')) return writeArn('kms', `key/${KEY}`);
  if (id.endsWith('Table')) return writeArn('dynamodb', `table/${nameUnnamed(id, stack, 255)}`);
  const [, name] = /^(.+)LogGroup$/.exec(id) ?? [];
  if (name) return writeArn('logs', `log-group:/aws/lambda/${prefix}-${name.toLowerCase()}:*`);
  throw new Error(`nobody said what CloudFormation fills in for ${id}`);
}

function fillPseudoParameters(text: string, stack: Stack): string {
  const known: { readonly [pseudo: string]: string } = {
    AccountId: ACCOUNT,
    Partition: findPartition(stack.region),
    Region: stack.region,
    StackName: stack.name,
  };
  return text.replace(/\$\{AWS::(\w+)\}/g, (whole, pseudo: string) => known[pseudo] ?? whole);
}

type ReferenceParts = {
  readonly Ref?: string;
  readonly 'Fn::GetAtt'?: readonly [id: string, attribute: string];
  readonly 'Fn::Sub'?: string;
  readonly 'Fn::Join'?: readonly [separator: string, parts: readonly unknown[]];
};

/** Writes a part of a template as CloudFormation will fill it in for an account: as long, though not the same. */
export function fillReferences(value: unknown, stack: Stack): unknown {
  if (Array.isArray(value)) return value.map(each => fillReferences(each, stack));
  if (value === null || typeof value !== 'object') return value;
  const { Ref, 'Fn::GetAtt': got, 'Fn::Sub': text, 'Fn::Join': joined } = value as ReferenceParts;
  if (Ref !== undefined) return nameUnnamed(Ref, stack, 255);
  if (got) return findAttribute(got[0], stack);
  if (text !== undefined) return fillPseudoParameters(text, stack);
  if (joined) return joined[1].map(each => fillReferences(each, stack)).join(joined[0]);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fillReferences(each, stack)]));
}
