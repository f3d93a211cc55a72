import type { Config } from '../config/load.ts';
import type { Condition } from '../policy/condition.ts';
import { wanted } from '../policy/explain.ts';
import type { Role } from '../policy/role.ts';
import { type Holder, holders } from '../space/holders.ts';
import { type JobAnswer, judgeJobs, type StatementJobs, summarizeJobs } from '../space/jobs.ts';
import { shownText } from '../space/report.ts';
import { sampleOf } from './compare/sample.ts';
import { configOf, roleNamed, settingsOf } from './configuration.ts';
import { EXIT, flag, type Verb } from './verb.ts';

const conditions = (list: readonly Condition[]): string[] =>
  list.map(condition => `    ${wanted(condition)}`);

const holderText = ({ statement, shown }: Holder): string =>
  [
    `  by "${statement.id}", tokens of ${statement.issuer}${statement.until === undefined ? '' : ` until ${new Date(statement.until * 1000).toISOString()}`}${statement.scopes ? ` with ${statement.scopes.join(' ')}` : ''}:`,
    ...conditions(statement.conditions),
    shown
      ? `    such as ${shownText(shown)}`
      : '    nobody: what it admits is admitted by another, or by none',
  ].join('\n');

const denyText = (role: Role): string[] =>
  role.deny.flatMap(({ id, issuer, conditions: list }) => [
    `  unless "${id}" strikes, tokens of ${issuer} for which none of these is false:`,
    ...conditions(list),
  ]);

const guardText = (role: Role, { rows }: Config): string[] =>
  [...new Set(role.trust.map(({ issuer }) => issuer))].flatMap(issuer => {
    const guard = rows.get(issuer)?.require ?? [];
    return guard.length > 0
      ? [`  and every token of ${issuer} meets the guard of broker.yml:`, ...conditions(guard)]
      : [];
  });

const ANSWERS: { readonly [answer in JobAnswer]: string } = {
  admits: 'admits',
  excludes: 'excludes',
  untold: 'cannot be told from the token, so admitted where they come',
};

/** Kinds of jobs, by what the whole role thinks of them; those that others can cause with who can. */
const jobsText = (judged: readonly StatementJobs[]): string[] =>
  (['admits', 'untold', 'excludes'] as const).flatMap(answer => {
    const kinds = summarizeJobs(judged).filter(each => each.answer === answer);
    const names = kinds.map(({ kind: { name, danger } }) =>
      danger && answer !== 'excludes' ? `${name.toUpperCase()} (${danger})` : name,
    );
    return names.length > 0 ? [`  ${ANSWERS[answer]}: ${names.join(', ')}`] : [];
  });

const asText = (role: Role, found: readonly Holder[], config: Config): string =>
  [
    `${role.name} can be had${role.disabled === undefined ? '' : ` by nobody while it is disabled (${role.disabled}), else`}`,
    ...found.map(holderText),
    ...denyText(role),
    ...guardText(role, config),
    ...jobsText(judgeJobs(role, config.rows)),
  ].join('\n');

export const whoCan: Verb = {
  summary: 'Says who can have a role: each trust statement in words, with a token that it admits.',
  help: `kite-sts who-can ROLE [--config FOLDER] [--json]

  ROLE             the role
  --config FOLDER  the folder with broker.yml and roles/
  --json           everything, as JSON

Exit code 0 when somebody can, 2 when nobody can.

Examples:
  kite-sts who-can deploy-web
  kite-sts who-can deploy-web --json
`,
  options: { json: { type: 'boolean' } },
  words: ['ROLE'],
  async run(flags, terminal) {
    const config = configOf(settingsOf(flags, terminal));
    const role = roleNamed(flag(flags, 'ROLE') ?? '', config);
    const found = holders(role, config, { sampleOf, from: Date.now() / 1000 });
    terminal.out(`${flags['json'] ? JSON.stringify(found, null, 2) : asText(role, found, config)}\n`);
    return found.some(({ shown }) => shown) ? EXIT.done : EXIT.denied;
  },
};
