import type { ReadAccount, ReadInput, ReadRight } from '../../lib/aws/account.ts';
import { AwsError } from '../../lib/aws/call.ts';
import type { JsonObject } from '../../lib/http/json.ts';

/** What an account answers to a right: an object, or the code of a refusal. A function is told what was asked. */
export type Readable = {
  readonly [right in ReadRight]?: JsonObject | string | ((input: ReadInput) => JsonObject | string);
};

/** An account of which this can be read, and nothing else. `asked` has all that was. */
export function readable(answers: Readable): ReadAccount & { readonly asked: [ReadRight, ReadInput][] } {
  const asked: [ReadRight, ReadInput][] = [];
  const read: ReadAccount = async (right, input = {}) => {
    asked.push([right, input]);
    const answer = answers[right] ?? 'AccessDenied';
    const said = typeof answer === 'function' ? answer(input) : answer;
    if (typeof said !== 'string') return said;
    const [code = '', message = 'no'] = said.split(': ');
    throw new AwsError({ code, message }, 400, false);
  };
  return Object.assign(read, { asked });
}
