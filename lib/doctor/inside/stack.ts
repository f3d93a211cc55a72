import { isAbsent, readAwsList } from '../../aws/account.ts';
import { createTellers, type Diagnosis, describeUnread } from '../diagnosis.ts';
import type { Deployment, Opened } from './examined.ts';
import { listStackResources } from './resources.ts';

const CHECK = createTellers('stack');
const SETTLED = /^(CREATE|UPDATE|IMPORT)_COMPLETE$/;
const BACK = /^(UPDATE|IMPORT)_ROLLBACK_COMPLETE$/;

function judgeStatus(stack: string, status: string): Diagnosis {
  if (SETTLED.test(status)) return CHECK.ok(stack, `it is ${status}`);
  if (BACK.test(status))
    return CHECK.wrong(
      stack,
      `it is ${status}: the last deployment failed, and the one before it runs`,
      'See its events, mend what failed, and deploy again.',
    );
  if (status.endsWith('_IN_PROGRESS'))
    return CHECK.unknown(stack, `it is ${status}`, 'Ask again when that is done.');
  return CHECK.wrong(stack, `it is ${status}`, 'See its events: aws cloudformation describe-stack-events.');
}

/** Opens the stack: how it is, and what it is made of; undefined where that cannot be read. */
export async function openStack(
  deployment: Deployment,
): Promise<{ readonly opened?: Opened; readonly diagnosis: Diagnosis }> {
  const { stack, region, read } = deployment;
  try {
    const { Stacks } = await read('cloudformation:DescribeStacks', { StackName: stack });
    const { StackStatus, StackId, Outputs } = readAwsList(Stacks)[0] ?? {};
    const outputs = new Map(
      readAwsList(Outputs).map(each => [String(each['OutputKey']), String(each['OutputValue'])]),
    );
    const resources = await listStackResources(read, stack);
    const account = String(StackId).split(':')[4] ?? '';
    return {
      opened: { ...deployment, account, resources, outputs },
      diagnosis: judgeStatus(stack, String(StackStatus)),
    };
  } catch (error) {
    if (isAbsent(error))
      return { diagnosis: CHECK.wrong(stack, `there is none in ${region}`, 'Look at --stack and --region.') };
    return { diagnosis: CHECK.unknown(stack, ...describeUnread(error, 'cloudformation:DescribeStacks')) };
  }
}
