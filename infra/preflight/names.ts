import { isAbsent, type ReadInput, type ReadRight, readAwsList } from '../../lib/aws/account.ts';
import { createTellers, type Diagnosis, describeUnread } from '../../lib/doctor/diagnosis.ts';
import type { JsonObject } from '../../lib/http/json.ts';
import type { Resource } from '../cloudformation.ts';
import type { TemplateInput } from '../input.ts';
import { startId } from '../resources/roles.ts';
import { fillReferences, findPartition } from '../stack.ts';
import { createTemplate, type DeployTemplate } from '../template.ts';
import type { PreflightInput } from './look.ts';

const CHECK = createTellers('names');

/** How AWS is asked whether a name of this type of resource is taken. */
type Naming = {
  readonly type: string;
  /** The property that has the name. */
  readonly property: string;
  readonly right: ReadRight;
  readonly ask: (name: string, flight: PreflightInput) => ReadInput;
  /** Is it in an answer that is no refusal? Left out: then it is. */
  readonly isIn?: (answer: JsonObject, name: string) => boolean;
  /** The command that frees the name. */
  readonly free: (name: string) => string;
};

/** A row for each type of resource whose names we choose: two things cannot have one. */
const NAMINGS: readonly Naming[] = [
  {
    type: 'AWS::DynamoDB::Table',
    property: 'TableName',
    right: 'dynamodb:DescribeTable',
    ask: TableName => ({ TableName }),
    free: name => `aws dynamodb delete-table --table-name ${name}`,
  },
  {
    type: 'AWS::Lambda::Function',
    property: 'FunctionName',
    right: 'lambda:GetFunction',
    ask: FunctionName => ({ FunctionName }),
    free: name => `aws lambda delete-function --function-name ${name}`,
  },
  {
    type: 'AWS::Logs::LogGroup',
    property: 'LogGroupName',
    right: 'logs:DescribeLogGroups',
    ask: logGroupNamePrefix => ({ logGroupNamePrefix }),
    isIn: ({ logGroups }, name) => readAwsList(logGroups).some(({ logGroupName }) => logGroupName === name),
    free: name => `aws logs delete-log-group --log-group-name ${name}`,
  },
  {
    type: 'AWS::IAM::Role',
    property: 'RoleName',
    right: 'iam:GetRole',
    ask: RoleName => ({ RoleName }),
    free: name => `aws iam delete-role --role-name ${name}, after its policies`,
  },
  {
    type: 'AWS::IAM::ManagedPolicy',
    property: 'ManagedPolicyName',
    right: 'iam:GetPolicy',
    ask: (name, flight) => ({
      PolicyArn: `arn:${findPartition(flight.input.stack.region)}:iam::${flight.deployer.account}:policy${flight.input.options.provider.path ?? '/'}${name}`,
    }),
    free: name => `aws iam delete-policy for ${name}`,
  },
  {
    type: 'AWS::CloudWatch::Dashboard',
    property: 'DashboardName',
    right: 'cloudwatch:GetDashboard',
    ask: DashboardName => ({ DashboardName }),
    free: name => `aws cloudwatch delete-dashboards --dashboard-names ${name}`,
  },
  {
    type: 'AWS::ApiGatewayV2::DomainName',
    property: 'DomainName',
    right: 'apigateway:GET',
    ask: DomainName => ({ DomainName }),
    free: name => `aws apigatewayv2 delete-domain-name --domain-name ${name}`,
  },
];

type NamedThing = Naming & {
  readonly name: string;
  /** An earlier stack left it, and a new one takes it on. */
  readonly kept: boolean;
  readonly keyed: unknown;
};

type NamedResource = Pick<Resource, 'Type' | 'DeletionPolicy' | 'Properties'>;

/** Lists what the framework makes of our functions: each, and its log. */
function listFunctions(template: DeployTemplate, prefix: string): readonly NamedResource[] {
  return Object.keys(template.functions).flatMap(name => {
    const log = template.resources.Resources[`${startId(name)}LogGroup`];
    const LogGroupName = `/aws/lambda/${prefix}-${name}`;
    return [
      { Type: 'AWS::Lambda::Function', Properties: { FunctionName: `${prefix}-${name}` } },
      { ...log, Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName } },
    ];
  });
}

/** Lists everything of the deployment that has a name of our choice. */
export function listNamed(input: TemplateInput): readonly NamedThing[] {
  const made = createTemplate(input);
  const all = [...Object.values(made.resources.Resources), ...listFunctions(made, input.stack.prefix)];
  return all.flatMap(({ Type, DeletionPolicy, Properties }) => {
    const naming = NAMINGS.find(({ type }) => type === Type);
    const name = naming && fillReferences(Properties[naming.property], input.stack);
    if (!naming || typeof name !== 'string') return [];
    return { ...naming, name, kept: DeletionPolicy !== undefined, keyed: Properties['KeySchema'] };
  });
}

/** A table that was kept is taken on only if it is ours: of the same key, and not about to go. */
function judgeKept(named: NamedThing, answer: JsonObject): Diagnosis {
  const { name, keyed, free } = named;
  const { Table: table } = answer as { readonly Table?: JsonObject };
  if (table && JSON.stringify(table['KeySchema']) !== JSON.stringify(keyed))
    return CHECK.wrong(
      name,
      'a table of this name is there, and its key is not that of ours',
      `Call the stack otherwise, or: ${free(name)}`,
    );
  if (table && table['TableStatus'] !== 'ACTIVE')
    return CHECK.wrong(name, `it is there, and ${String(table['TableStatus'])}`, 'Wait until that is done.');
  return CHECK.ok(name, 'an earlier deployment kept it, and this one takes it on as it is');
}

async function checkName(named: NamedThing, flight: PreflightInput): Promise<Diagnosis | undefined> {
  const { name, right, ask, isIn = () => true, kept, free } = named;
  try {
    const answer = await flight.read(right, ask(name, flight));
    if (!isIn(answer, name)) return undefined;
    if (kept) return judgeKept(named, answer);
    return CHECK.wrong(
      name,
      'it is taken, and not by this stack',
      `Call the service or the stage otherwise, or, if nothing needs it: ${free(name)}`,
    );
  } catch (error) {
    return isAbsent(error) ? undefined : CHECK.unknown(name, ...describeUnread(error, right));
  }
}

/** Looks whether a name that we choose is taken by what is not of this stack. */
export async function checkNames(flight: PreflightInput): Promise<readonly Diagnosis[]> {
  const { standing } = flight;
  if (!standing) return [CHECK.unknown('all', 'what of them is of this stack may not be asked')];
  const all = listNamed(flight.input);
  const found: Diagnosis[] = [];
  for (const each of all.filter(({ name }) => !standing.names.has(name))) {
    const diagnosis = await checkName(each, flight);
    if (diagnosis) found.push(diagnosis);
  }
  return found.length > 0
    ? found
    : [CHECK.ok('all', `each of ${all.length} names is free, or this stack has it`)];
}
