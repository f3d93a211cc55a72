import type { Config } from '../../config/load.ts';
import { findSampleClaims } from '../../jobs/sample.ts';
import type { Condition } from '../../policy/condition.ts';
import { findHolders, type Holder } from '../../review/compare/holders.ts';
import type { PolicyItem } from '../../review/compare/item.ts';
import { type JobAnswer, judgeJobs, type StatementJobs, summarizeJobs } from '../../review/compare/jobs.ts';
import { formatShown } from '../../review/compare/report.ts';
import { describeDemands } from '../../review/explain/demand-text.ts';
import { describeCondition } from '../../review/explain/explain.ts';
import { findPolicies, openConfig, readCommandSettings } from '../configuration.ts';
import { CONFIG_OPTION, EXIT, printResult, readFlag, type Verb } from '../verb.ts';

function listConditionLines(list: readonly Condition[]): string[] {
  return list.map(condition => `    ${describeCondition(condition)}`);
}

function describeHolder(holder: Holder): string {
  const { statement, shown } = holder;
  const { id, issuer, until, scopes, conditions } = statement;
  const end = until === undefined ? '' : ` until ${new Date(until * 1000).toISOString()}`;
  const given = scopes ? ` with ${scopes.join(' ')}` : '';
  const example = shown
    ? `such as ${formatShown(shown)}`
    : 'nobody: what it admits is admitted by another, or by none';
  const head = `  by "${id}", tokens of ${issuer}${end}${given}:`;
  return [head, ...listConditionLines(conditions), `    ${example}`].join('\n');
}

function describeDenies(role: PolicyItem): string[] {
  return role.deny.flatMap(({ id, issuer, conditions: list }) => [
    `  unless "${id}" strikes, tokens of ${issuer} for which none of these is false:`,
    ...listConditionLines(list),
  ]);
}

function describeGuards(role: PolicyItem, config: Config): string[] {
  return [...new Set(role.trust.map(({ issuer }) => issuer))].flatMap(issuer => {
    const guard = config.rows.get(issuer)?.require ?? [];
    return guard.length > 0
      ? [`  and every token of ${issuer} meets the guard of broker.yml:`, ...listConditionLines(guard)]
      : [];
  });
}

function describeRoleDemands(role: PolicyItem): string[] {
  if ('methods' in role) return [];
  const issuers = [...new Set(role.trust.map(({ issuer }) => issuer))];
  const demands = issuers.flatMap(issuer => describeDemands(role, issuer));
  return [...new Set(demands)].map(demand => `  and only while ${demand}`);
}

const ANSWERS: { readonly [answer in JobAnswer]: string } = {
  admits: 'admits',
  excludes: 'excludes',
  untold: 'cannot be told from the token, so admitted where they come',
};

/** Kinds of jobs, by what the whole role thinks of them; those that others can cause with who can. */
function describeJobs(judged: readonly StatementJobs[]): string[] {
  return (['admits', 'untold', 'excludes'] as const).flatMap(answer => {
    const kinds = summarizeJobs(judged).filter(each => each.answer === answer);
    const names = kinds.map(({ kind: { name, danger } }) =>
      danger && answer !== 'excludes' ? `${name.toUpperCase()} (${danger})` : name,
    );
    return names.length > 0 ? [`  ${ANSWERS[answer]}: ${names.join(', ')}`] : [];
  });
}

function describeHead(policy: PolicyItem): string {
  if ('methods' in policy) return `${policy.name}, the registry at ${policy.path}, can be used`;
  const { name, disabled } = policy;
  return `${name} can be had${disabled === undefined ? '' : ` by nobody while it is disabled (${disabled}), else`}`;
}

function writeHolders(role: PolicyItem, found: readonly Holder[], config: Config): string {
  return [
    describeHead(role),
    ...found.map(describeHolder),
    ...describeDenies(role),
    ...describeGuards(role, config),
    ...describeRoleDemands(role),
    ...describeJobs(judgeJobs(role, config.rows)),
  ].join('\n');
}

export const whoCan: Verb = {
  words: [{ name: 'NAME', help: 'The role, or the registry.' }],
  options: { config: CONFIG_OPTION, json: { type: 'boolean', help: 'Everything, as JSON.' } },
  about: `Exit code 0 when somebody can, 2 when nobody can.`,
  examples: ['kite-sts who-can deploy-web', 'kite-sts who-can deploy-web --json'],
  async run(flags, terminal) {
    const config = openConfig(readCommandSettings(flags, terminal));
    const asked = { findSample: findSampleClaims, from: Date.now() / 1000 };
    const all = findPolicies(readFlag(flags, 'NAME') ?? '', config).map(policy => ({
      name: policy.name,
      of: 'methods' in policy ? 'registry' : 'role',
      found: findHolders(policy, config, asked),
      policy,
    }));
    const json = all.map(({ name, of, found }) => ({ name, of, found }));
    const write = () => all.map(({ policy, found }) => `${writeHolders(policy, found, config)}\n`).join('');
    printResult(json, write, flags, terminal);
    return all.some(({ found }) => found.some(({ shown }) => shown)) ? EXIT.done : EXIT.denied;
  },
};
