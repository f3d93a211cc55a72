import { isAbsent, type ReadAccount, readAwsList } from '../../lib/aws/account.ts';
import { AwsError } from '../../lib/aws/call.ts';
import { createTellers, type Diagnosis, describeUnread } from '../../lib/doctor/diagnosis.ts';
import type { TemplateInput } from '../input.ts';
import { createDeployRights } from '../rights/deploy.ts';
import type { Right } from '../rights/sections.ts';
import type { Deployer, PreflightInput } from './look.ts';

const CHECK = createTellers('rights');
/** Requests at a time: IAM lets an account ask few of these in a second. */
const AT_ONCE = 3;

const SESSION = /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([^/]+)\/.+$/;
const USER = /^arn:[\w-]+:iam::\d{12}:user\/.+$/;

/** Whose policies count: of a session, those of its role, whose path only IAM knows. Undefined where it has none. */
async function findSource(deployer: Deployer, read: ReadAccount): Promise<string | undefined> {
  if (USER.test(deployer.arn)) return deployer.arn;
  const [, partition, account, name] = SESSION.exec(deployer.arn) ?? [];
  if (name === undefined) return undefined;
  try {
    const { Role } = (await read('iam:GetRole', { RoleName: name })) as {
      readonly Role: { readonly Arn: string };
    };
    return Role.Arn;
  } catch (error) {
    describeUnread(error, 'iam:GetRole');
    // It has no path as a rule. Where it has one, the question itself says that there is no such role.
    return `arn:${partition}:iam::${account}:role/${name}`;
  }
}

/** Who is given no boundary is asked about none. */
function listContext(right: Right, input: TemplateInput): readonly object[] {
  const { Condition = {} } = right;
  const bounded =
    input.options.account !== undefined || input.options.provider.permissionsBoundary !== undefined;
  return Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys)
      .filter(([key]) => bounded || key !== 'iam:PermissionsBoundary')
      .map(([ContextKeyName, values]) => {
        const many = operator.startsWith('ForAnyValue:');
        return {
          ContextKeyName,
          ContextKeyType: many ? 'stringList' : 'string',
          ContextKeyValues: many ? values : values.slice(0, 1),
        };
      }),
  );
}

/** The actions of one right that are not allowed. */
async function listDenied(right: Right, source: string, flight: PreflightInput): Promise<string[]> {
  const examples = right.Resource.filter(each => each !== '*').map(each => each.replaceAll('*', 'preflight'));
  const asked = {
    PolicySourceArn: source,
    ActionNames: right.Action,
    ...(examples.length > 0 ? { ResourceArns: examples } : {}),
    ContextEntries: listContext(right, flight.input),
    MaxItems: 1000,
  };
  const denied = new Set<string>();
  let Marker: unknown;
  do {
    const page = await flight.read('iam:SimulatePrincipalPolicy', {
      ...asked,
      ...(Marker ? { Marker } : {}),
    });
    for (const { EvalDecision, EvalActionName } of readAwsList(page['EvaluationResults']))
      if (EvalDecision !== 'allowed') denied.add(String(EvalActionName));
    Marker = page['IsTruncated'] === 'true' ? page['Marker'] : undefined;
  } while (Marker);
  return [...denied].sort();
}

/** In the order of the rights, a few at a time. The first is asked alone: who may not ask it need not ask the others. */
async function askAll<T>(rights: readonly Right[], ask: (right: Right) => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  for (let at = 0, count = 1; at < rights.length; at += count, count = AT_ONCE)
    all.push(...(await Promise.all(rights.slice(at, at + count).map(ask))));
  return all;
}

const GET_THEM =
  'Attach the policies that packaging writes into .serverless (deploy-policy-1.json and so on, once custom.kiteSts.account is set), or those of docs/guides/deploy.md, "The rights to deploy".';

/** An update may do with less than a first deployment, so there it is no more than a warning. */
function judgeRight(Sid: string, denied: readonly string[], isFirst: boolean): Diagnosis {
  const says = `not allowed: ${denied.join(', ')}`;
  return isFirst
    ? CHECK.wrong(Sid, says, GET_THEM)
    : CHECK.unknown(Sid, `${says}; this deployment may do without`, GET_THEM);
}

/** The framework asks for these by itself; all else CloudFormation does. */
const BY_FRAMEWORK: readonly string[] = ['Stack', 'Template', 'Upload', 'UploadTo'];

/** Whose policies count for a right: with a role of the deployment's own, CloudFormation acts as that. */
function chooseSource(right: Right, source: string, role: unknown): string | undefined {
  if (role === undefined || BY_FRAMEWORK.includes(right.Sid)) return source;
  return typeof role === 'string' ? role : undefined;
}

/** One right, or undefined where all of it is allowed. What IAM does not know of one right says nothing of the others. */
async function checkRight(
  right: Right,
  source: string,
  flight: PreflightInput,
): Promise<Diagnosis | undefined> {
  const of = chooseSource(right, source, flight.input.options.provider.deploymentRole);
  if (of === undefined) return CHECK.unknown(right.Sid, 'the role of the deployment is named by a reference');
  try {
    const denied = await listDenied(right, of, flight);
    return denied.length === 0 ? undefined : judgeRight(right.Sid, denied, flight.standing?.isFirst ?? false);
  } catch (error) {
    if (error instanceof AwsError && error.code === 'InvalidInput')
      return CHECK.unknown(right.Sid, `IAM does not know the question: ${error.code}`);
    throw error;
  }
}

/**
 * Looks whether the rights suffice, by IAM's own judgement of the generated ones, with the organization's policies and the
 * boundary, but without what a session itself was narrowed to.
 */
export async function checkRights(flight: PreflightInput): Promise<readonly Diagnosis[]> {
  const { input, deployer, read } = flight;
  const source = await findSource(deployer, read);
  if (source === undefined)
    return [
      deployer.arn.endsWith(':root')
        ? CHECK.unknown(
            deployer.arn,
            'the root of an account may do all of it, and should not be used',
            'Deploy as a role.',
          )
        : CHECK.unknown(deployer.arn, 'AWS has no way to ask for the rights of such a session'),
    ];
  const rights = createDeployRights(input, deployer.account).Statement.filter(
    each => each.Effect === 'Allow',
  );
  try {
    const judged = await askAll(rights, right => checkRight(right, source, flight));
    const found = judged.filter(each => each !== undefined);
    return found.length > 0 ? found : [CHECK.ok(source, `all ${rights.length} of deploy.md are allowed`)];
  } catch (error) {
    const [says, mend] = describeUnread(error, 'iam:SimulatePrincipalPolicy');
    const unnamed = isAbsent(error) && source !== deployer.arn;
    const name = 'To have it looked at, allow iam:GetRole on it: its path is not known.';
    return [CHECK.unknown(source, says, unnamed ? name : mend)];
  }
}
