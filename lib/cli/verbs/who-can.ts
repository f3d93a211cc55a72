import type { Config } from '../../config/load.ts';
import { findSampleClaims } from '../../jobs/sample.ts';
import type { Condition } from '../../policy/condition.ts';
import type { Registry } from '../../policy/registry.ts';
import type { Role } from '../../policy/role.ts';
import { findHolders, type Holder } from '../../review/compare/holders.ts';
import { type JobAnswer, judgeJobs, type StatementJobs, summarizeJobs } from '../../review/compare/jobs.ts';
import { formatShown } from '../../review/compare/report.ts';
import { describeDemands } from '../../review/explain/demand-text.ts';
import { describeCondition } from '../../review/explain/explain.ts';
import { findPolicies, openConfig, readCommandSettings } from '../configuration.ts';
import { CONFIG_OPTION, EXIT, printJson, readFlag, type Verb } from '../verb.ts';

type Policy = Role | Registry;

function listConditionLines(list: readonly Condition[]): string[] {
  return list.map(condition => `    ${describeCondition(condition)}`);
}

function describeHolder({ statement, shown }: Holder): string {
  return [
    `  by "${statement.id}", tokens of ${statement.issuer}${statement.until === undefined ? '' : ` until ${new Date(statement.until * 1000).toISOString()}`}${statement.scopes ? ` with ${statement.scopes.join(' ')}` : ''}:`,
    ...listConditionLines(statement.conditions),
    shown
      ? `    such as ${formatShown(shown)}`
      : '    nobody: what it admits is admitted by another, or by none',
  ].join('\n');
}

function describeDenies(role: Policy): string[] {
  return role.deny.flatMap(({ id, issuer, conditions: list }) => [
    `  unless "${id}" strikes, tokens of ${issuer} for which none of these is false:`,
    ...listConditionLines(list),
  ]);
}

function describeGuards(role: Policy, { rows }: Config): string[] {
  return [...new Set(role.trust.map(({ issuer }) => issuer))].flatMap(issuer => {
    const guard = rows.get(issuer)?.require ?? [];
    return guard.length > 0
      ? [`  and every token of ${issuer} meets the guard of broker.yml:`, ...listConditionLines(guard)]
      : [];
  });
}

function describeRoleDemands(role: Policy): string[] {
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

function describeHead(policy: Policy): string {
  if ('methods' in policy) return `${policy.name}, the registry at ${policy.path}, can be used`;
  const { name, disabled } = policy;
  return `${name} can be had${disabled === undefined ? '' : ` by nobody while it is disabled (${disabled}), else`}`;
}

function writeHolders(role: Policy, found: readonly Holder[], config: Config): string {
  return [
    describeHead(role),
    ...found.map(describeHolder),
    ...describeDenies(role),
    ...describeGuards(role, config),
    ...describeRoleDemands(role),
    ...describeJobs(judgeJobs(role, config.rows)),
  ].join('\n');
}

function describePolicyHolders({
  policy,
  found,
}: {
  readonly policy: Policy;
  readonly found: readonly Holder[];
}): object {
  return { name: policy.name, of: 'methods' in policy ? 'registry' : 'role', found };
}

export const whoCan: Verb = {
  summary:
    'Says who can have a role or use a registry: each trust statement in words, with a token that it admits.',
  words: [{ name: 'NAME', help: 'The role, or the registry.' }],
  options: {
    config: CONFIG_OPTION,
    json: { type: 'boolean', help: 'Everything, as JSON.' },
  },
  about: `Exit code 0 when somebody can, 2 when nobody can.`,
  examples: ['kite-sts who-can deploy-web', 'kite-sts who-can deploy-web --json'],
  async run(flags, terminal) {
    const config = openConfig(readCommandSettings(flags, terminal));
    const asked = { findSample: findSampleClaims, from: Date.now() / 1000 };
    const all = findPolicies(readFlag(flags, 'NAME') ?? '', config).map(policy => ({
      policy,
      found: findHolders(policy, config, asked),
    }));
    const texts = all.map(({ policy, found }) => writeHolders(policy, found, config));
    if (flags['json']) printJson(all.map(describePolicyHolders), terminal);
    else terminal.out(`${texts.join('\n')}\n`);
    return all.some(({ found }) => found.some(({ shown }) => shown)) ? EXIT.done : EXIT.denied;
  },
};
