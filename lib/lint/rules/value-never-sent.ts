import { globMatches, literalPrefix } from '../../policy/glob.ts';
import type { Known } from '../known.ts';
import { type LintedStatement, operandTrees } from '../linted.ts';
import type { Found, LintRule } from '../rule.ts';

type Sent = Known['sent'][string];

const maySend = ({ words, begins, never, form }: Sent, text: string): boolean =>
  (words?.includes(text) ?? true) &&
  (begins === undefined || text.startsWith(begins)) &&
  (never === undefined || !text.startsWith(never)) &&
  (form?.test(text) ?? true);

const mayMatch = ({ words, begins, never }: Sent, pattern: string): boolean => {
  const prefix = literalPrefix(pattern);
  return (
    (words?.some(word => globMatches(pattern, word)) ?? true) &&
    (begins === undefined || prefix.startsWith(begins) || begins.startsWith(prefix)) &&
    (never === undefined || !prefix.startsWith(never))
  );
};

const wanted = ({ words, begins, never }: Sent): string => {
  if (words) return `one of ${words.join(', ')}`;
  if (begins !== undefined) return `text that begins with ${begins}`;
  return never === undefined ? 'a UUID' : `text without ${never}`;
};

const foundIn = ({ statement, tree, known: { sent }, row }: LintedStatement): Found[] =>
  statement.conditions.flatMap(condition => {
    const { name, operator } = condition;
    const may = Object.hasOwn(sent, name) ? sent[name] : undefined;
    const sends = operator === 'matches' ? mayMatch : maySend;
    return operandTrees(tree, condition)
      .filter(({ value }) => may && typeof value === 'string' && !sends(may, value))
      .map(({ value, place }) => ({
        place,
        message: `${row.issuer} never sends "${value}" as ${name}, but ${wanted(may ?? {})}.`,
      }));
  });

/** A condition that is never met admits nobody, and in a deny statement it stops nobody. */
export const valueNeverSent: LintRule = {
  rule: 'value-never-sent',
  level: 'warning',
  says: 'A claim is compared with a value that its issuer never sends.',
  check: ({ trust, deny }) => [...trust, ...deny].flatMap(foundIn),
};
