import type { Scalar } from '../../policy/condition.ts';
import { vocabularyTypes } from '../../policy/issuer.ts';
import { type Entry, type Imported, leftOut, lost, type Rule } from './imported.ts';
import { AUDIENCE, factsOf, loadable, withParts } from './issuer.ts';
import { nearPattern, textsOf } from './language.ts';

/** A `.sts.yaml` as plain data. */
type Policy = { readonly [key: string]: unknown };

/** A rule, or why there is none. */
type Carried = Rule | string;

const ruleOf = (values: readonly Scalar[]): Rule =>
  values.length === 1 ? { equals: values[0] ?? null } : { in: values };

const ofExpression = (claim: string, expression: string): Carried => {
  const texts = textsOf(expression);
  if (texts) return ruleOf(texts);
  const near = nearPattern(expression);
  const hint =
    near === undefined
      ? ''
      : ` Where no line break can stand in ${claim}, this says it: ${claim}: { matches: ${JSON.stringify(near)} }.`;
  return `the regular expression ${JSON.stringify(expression)} matches more than can be listed.${hint}`;
};

const subjectRule = (policy: Policy): Carried => {
  const { subject, subject_pattern: expression } = policy;
  if (typeof subject === 'string') return { equals: subject };
  return typeof expression === 'string' ? ofExpression('sub', expression) : 'it has no subject.';
};

/** Booleans are text to octo-sts. */
const typed = (rule: Carried, types: readonly string[] | undefined): Carried => {
  if (typeof rule === 'string' || !types?.includes('boolean')) return rule;
  const values = Object.values(rule).flat();
  return ruleOf(values.map(value => (value === 'true' ? true : value === 'false' ? false : value)));
};

const claimRules = (policy: Policy, issuer: string): [claim: string, rule: Carried][] => {
  const { vocabulary } = factsOf(issuer);
  return Object.entries((policy['claim_pattern'] ?? {}) as Policy).map(([claim, expression]) => [
    claim,
    typed(ofExpression(claim, String(expression)), vocabulary && vocabularyTypes(vocabulary, claim)),
  ]);
};

const entryOf = (policy: Policy): Entry => {
  const name = 'The statement';
  const { issuer } = policy;
  if (typeof issuer !== 'string')
    return leftOut(name, 'an issuer stands by its URL here, never by a pattern.');
  const rules: [string, Carried][] = [['sub', subjectRule(policy)], ...claimRules(policy, issuer)];
  const reasons = rules.flatMap(([, rule]) => (typeof rule === 'string' ? [rule] : []));
  if (reasons.length > 0) return leftOut(name, ...reasons);
  const claims = Object.fromEntries(
    rules.filter((each): each is [string, Rule] => typeof each[1] !== 'string'),
  );
  return loadable(withParts({ name, draft: { iss: issuer, claims }, notes: [AUDIENCE] }), 'trust');
};

const OTHERS = ['permissions', 'repositories', 'app', 'app_pattern'];

/** A trust policy of octo-sts (`.github/chainguard/<name>.sts.yaml`) as a role without a provider. */
export const importOcto = (policy: Policy): Imported => ({
  trust: [entryOf(policy)],
  deny: [],
  notes: OTHERS.filter(key => key in policy).map(key =>
    lost(`${key} was left out, say what the role gives: ${JSON.stringify(policy[key])}`),
  ),
});
