import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Each exported declaration of a file, with the comment that stands right before it. */
function listExports(file: string): { readonly name: string; readonly comment: string }[] {
  const text = readFileSync(new URL(`../../lib/client/${file}`, import.meta.url), 'utf8');
  const declared = /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?export (?:async )?(?:function|type) (\w+)/g;
  return [...text.matchAll(declared)].map(([, comment = '', name = '']) => ({ name, comment }));
}

const CLIENT = listExports('client.ts');
const [, shared = ''] =
  /export type \{ ([^}]+) \} from '\.\/answer\.ts'/.exec(
    readFileSync(new URL('../../lib/client/client.ts', import.meta.url), 'utf8'),
  ) ?? [];
const ANSWER = listExports('answer.ts').filter(({ name }) => shared.split(', ').includes(name));

test('what kite-sts/client exports is found', () => {
  expect([...CLIENT, ...ANSWER].map(({ name }) => name).sort()).toEqual([
    'AwsKeys',
    'ClientOptions',
    'ExchangeOptions',
    'ExchangeResult',
    'IssuedCredential',
    'RefusedExchange',
    'TokenKind',
    'UnreachableBroker',
    'exchange',
  ]);
});

test.each([...CLIENT, ...ANSWER])('$name has an example', ({ comment }) => {
  expect(comment).toMatch(/@example\n \* \S/);
});
