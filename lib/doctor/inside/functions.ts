import { isAbsent } from '../../aws/account.ts';
import type { JsonObject } from '../../http/json.ts';
import { createTellers, type Diagnosis, describeUnread } from '../diagnosis.ts';
import type { Opened } from './examined.ts';
import type { StackResource } from './resources.ts';

const CHECK = createTellers('function');

/** Of the states that Lambda tells, those in which a function answers: https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html */
function judgeFunction(name: string, { State, LastUpdateStatus, StateReason }: JsonObject): Diagnosis {
  if (State !== 'Active' && State !== 'Inactive')
    return CHECK.wrong(
      name,
      `it is ${String(State)}: ${String(StateReason ?? 'Lambda says no more')}`,
      'Mend what Lambda names, such as a subnet or a key that is gone, and deploy again.',
    );
  if (LastUpdateStatus === 'Failed')
    return CHECK.wrong(name, 'its last update failed, and the code before it runs', 'Deploy again.');
  return CHECK.ok(name, `it is ${State}`);
}

async function examineFunction({ name }: StackResource, { read }: Opened): Promise<Diagnosis> {
  try {
    const { Configuration } = await read('lambda:GetFunction', { FunctionName: name });
    return judgeFunction(name, Configuration as JsonObject);
  } catch (error) {
    if (isAbsent(error)) return CHECK.wrong(name, 'it is gone', 'Remove the stack, and deploy again.');
    return CHECK.unknown(name, ...describeUnread(error, 'lambda:GetFunction'));
  }
}

/** Looks whether the functions answer, and each is the one that was deployed last. */
export async function examineFunctions(opened: Opened): Promise<readonly Diagnosis[]> {
  return Promise.all(
    opened.resources
      .filter(({ type }) => type === 'AWS::Lambda::Function')
      .map(each => examineFunction(each, opened)),
  );
}
