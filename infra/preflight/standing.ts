import { isAbsent, type ReadAccount, readAwsList } from '../../lib/aws/account.ts';
import { createTellers, type Diagnosis, describeUnread } from '../../lib/doctor/diagnosis.ts';
import { listStackResources } from '../../lib/doctor/inside/resources.ts';
import type { Stack } from '../stack.ts';
import type { StandingStack } from './look.ts';

const CHECK = createTellers('stack');
const NOTHING: StandingStack = { isFirst: true, names: new Set() };

type StackFinding = { readonly standing?: StandingStack; readonly diagnosis: Diagnosis };

/** States in which CloudFormation takes no change, and what to do about each. */
function judgeStuck(status: string, stack: Stack): Diagnosis | undefined {
  const { name, region } = stack;
  const at = `--stack-name ${name} --region ${region}`;
  if (status === 'UPDATE_ROLLBACK_FAILED')
    return CHECK.wrong(
      name,
      `it is ${status}`,
      `aws cloudformation continue-update-rollback ${at}, after what stood in its way.`,
    );
  if (/^(ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED|DELETE_FAILED)$/.test(status))
    return CHECK.wrong(
      name,
      `it is ${status}, of which nothing can be made`,
      `aws cloudformation delete-stack ${at}. What outlives it is taken on by the next deployment.`,
    );
  if (status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS')
    return CHECK.wrong(name, `it is ${status}: somebody deploys or removes it`, 'Wait until that is done.');
  return undefined;
}

/** Finds what of an earlier deployment is there, and whether it can be changed. */
export async function findStanding(read: ReadAccount, stack: Stack): Promise<StackFinding> {
  try {
    const { Stacks } = await read('cloudformation:DescribeStacks', { StackName: stack.name });
    const status = String(readAwsList(Stacks)[0]?.['StackStatus'] ?? '');
    const stuck = judgeStuck(status, stack);
    if (stuck) return { diagnosis: stuck };
    const resources = await listStackResources(read, stack.name);
    const standing: StandingStack = {
      isFirst: !resources.some(each => each.id === 'ExchangeRole'),
      names: new Set(resources.map(each => each.name)),
    };
    return { standing, diagnosis: CHECK.ok(stack.name, `it is ${status}, and will be changed`) };
  } catch (error) {
    if (isAbsent(error))
      return { standing: NOTHING, diagnosis: CHECK.ok(stack.name, 'there is none, so it is made') };
    return {
      diagnosis: CHECK.unknown(stack.name, ...describeUnread(error, 'cloudformation:DescribeStacks')),
    };
  }
}
