import type { JsonObject } from '../../http/json.ts';
import { askAccount, createTellers, type Diagnosis } from '../diagnosis.ts';
import type { Opened } from './examined.ts';

const CHECK = createTellers('function');

/** Of the states that Lambda tells, those in which a function answers: https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html */
function judgeFunction(name: string, configuration: JsonObject): Diagnosis {
  const { State, LastUpdateStatus, StateReason } = configuration;
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

function examineFunction(name: string, opened: Opened): Promise<Diagnosis> {
  const gone = CHECK.wrong(name, 'it is gone', 'Remove the stack, and deploy again.');
  const input = { FunctionName: name };
  return askAccount(
    opened.read,
    { check: CHECK, of: name, right: 'lambda:GetFunction', input, gone },
    ({ Configuration }) => judgeFunction(name, Configuration as JsonObject),
  );
}

/** Looks whether the functions answer, and each is the one that was deployed last. */
export async function examineFunctions(opened: Opened): Promise<readonly Diagnosis[]> {
  const functions = opened.resources.filter(({ type }) => type === 'AWS::Lambda::Function');
  return Promise.all(functions.map(({ name }) => examineFunction(name, opened)));
}
