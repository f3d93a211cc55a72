import { loadConfig } from '../../lib/config/load.ts';
import { lintConfig } from '../../lib/review/findings.ts';
import type { LintAnswer } from '../../lib/review/lint/lint.ts';
import type { RuleFacts } from '../../lib/review/lint/rule.ts';
import { folderOf } from './local.ts';
import { AUDIENCE, BUILDKITE, ISSUERS, PROVIDER } from './policy.ts';

/** What lint has to say of a folder. */
export function lintFolder(folder: string): LintAnswer {
  return lintConfig(loadConfig(folder));
}

type Files = { readonly [path: string]: string };

/** A broker.yml with every issuer. */
export const BROKER = `url: ${AUDIENCE}\nissuers:${ISSUERS.replace(/^(?=.)/gm, '  ')}`;

/** What a rule finds in these files: the word that stands at each place, in order. */
export function foundBy({ rule }: RuleFacts, files: Files): string[] {
  const all: Files = { 'broker.yml': BROKER, 'roles/.keep': '', ...files };
  const folder = folderOf(all);
  return lintFolder(folder)
    .findings.filter(each => each.rule === rule || each.level === 'error')
    .map(({ rule: found, place: { file, line, column } }) => {
      const text = all[file.slice(folder.length + 1)]?.split('\n')[line - 1]?.slice(column - 1) ?? '';
      return (found === rule ? '' : `${found} `) + (/^"[^"]*"|^[^\s,:{}[\]]+/.exec(text)?.[0] ?? text);
    });
}

/** The same, of one role. */
export function foundInRole(rule: RuleFacts, role: string): string[] {
  return foundBy(rule, { 'roles/linted.yml': role });
}

type Rest = { readonly iss?: string; readonly rest?: string };

/** A role with one trust statement that has these claims. */
export function trusting(claims: string, { iss = BUILDKITE, rest = PROVIDER }: Rest = {}): string {
  return `contact: "#us"\ntrust:\n  - iss: ${iss}\n    claims: { ${claims} }\n${rest}\n`;
}

/** The same, and it may not be had by these. */
export function denying(claims: string, denied: string): string {
  return trusting(claims, { rest: `deny:\n  - iss: ${BUILDKITE}\n    claims: { ${denied} }\n${PROVIDER}` });
}
