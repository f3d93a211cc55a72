import { writeFileSync } from 'node:fs';
import { RIVALS } from '../lib/client/rivals.ts';
import { TEXTS } from '../lib/client/texts.ts';
import { CREDENTIAL_VARIABLES } from '../lib/protocols/variables.ts';

/** Where the plugins have what they share with the command line. */
export const LISTS = new URL('kite-sts-buildkite-plugin/lib/lists.bash', import.meta.url);

type Names = { readonly [kind: string]: readonly string[] };

/** A function that prints the names of one kind, with a space between, and fails for a kind that it does not know. */
function writeNamesFunction(name: string, says: string, lists: Names): string {
  const cases = Object.entries(lists).map(([kind, names]) => `    ${kind}) echo ${names.join(' ')} ;;`);
  const body = ['  case $1 in', ...cases, '    *) return 1 ;;', '  esac'];
  return [`# ${name} KIND: ${says}`, `${name}() {`, ...body, '}'].join('\n');
}

function quotePosix(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The text of `LISTS`. */
export function writeLists(): string {
  const texts = Object.entries(TEXTS).map(([name, text]) => `kite_text_${name}=${quotePosix(text)}`);
  return `${[
    '# shellcheck shell=bash',
    '# Written by `node plugins/lists.ts` from the lists of the command line. Change those, not this file:',
    '# lib/protocols/variables.ts, lib/client/rivals.ts and lib/client/texts.ts.',
    '',
    writeNamesFunction(
      'kite_names',
      'the variables of a credential of this kind; the last says when it ends.',
      CREDENTIAL_VARIABLES,
    ),
    '',
    writeNamesFunction(
      'kite_list_rivals',
      'the variables that name another credential of this kind, ours among them.',
      RIVALS,
    ),
    '',
    '# Texts, for whoever sources this.',
    '# shellcheck disable=SC2034',
    '{',
    ...texts.map(line => `  ${line}`),
    '}',
  ].join('\n')}\n`;
}

if (import.meta.main) writeFileSync(LISTS, writeLists());
