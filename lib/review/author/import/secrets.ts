import { PRESETS } from '../../../token/presets.ts';
import {
  type ClaimRule,
  createValueRule,
  type ImportEntry,
  type ImportedPolicy,
  noteExact,
  noteLoss,
  omitStatement,
} from './imported.ts';
import { checkLoadable } from './issuer.ts';

/** Claims of a secret's policy by the name that they have in a token; undefined: no token has them. */
const NAMES: { readonly [name: string]: string | undefined } = {
  pipeline_slug: 'pipeline_slug',
  pipeline_id: 'pipeline_id',
  build_branch: 'build_branch',
  build_source: 'build_source',
  cluster_queue_id: 'queue_id',
  cluster_queue_key: 'queue_key',
};

// What Buildkite documents of its patterns is `*` alone.
const UNKNOWN = /[?[\]{}\\!]|\*\*/;

const CROSSES = noteLoss(
  '* is taken to match / too, as an example of Buildkite needs: its documentation does not say.',
);

/** A claim of a secret's policy as a rule, or the reason why it cannot be one. */
type SecretClaim = { readonly claim: string; readonly rule: ClaimRule } | { readonly refused: string };

function readSecretClaim(name: string, value: unknown): SecretClaim {
  const claim = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  if (claim === undefined) return { refused: `no token of Buildkite has ${name}.` };
  const values = [value].flat();
  if (!values.every(each => typeof each === 'string'))
    return { refused: `${name} is neither text nor a list of texts.` };
  const unknown = values.find(each => UNKNOWN.test(each));
  if (unknown !== undefined)
    return { refused: `what ${JSON.stringify(unknown)} of ${name} matches is not documented.` };
  const isPattern = values.some(each => each.includes('*'));
  return { claim, rule: createValueRule(values, isPattern) };
}

function importSecretRule(rule: unknown, index: number, organization: string): ImportEntry {
  const name = `rule[${index}]`;
  if (rule === null || typeof rule !== 'object') return omitStatement(name, 'it is no mapping of claims.');
  const all = Object.entries(rule).map(([claim, value]) => readSecretClaim(claim, value));
  const reasons = all.flatMap(each => ('refused' in each ? [each.refused] : []));
  if (reasons.length > 0) return omitStatement(name, ...reasons);
  const claims = Object.fromEntries(all.flatMap(each => ('rule' in each ? [[each.claim, each.rule]] : [])));
  const iss = PRESETS.buildkite.issuer ?? '';
  const draft = { iss, claims: { organization_slug: { equals: organization }, ...claims } };
  const patterns = Object.values(claims).some(rule => 'matches' in rule);
  return checkLoadable({ name, draft, notes: patterns ? [CROSSES] : [] }, 'trust');
}

/**
 * The access policy of a Buildkite secret as a role without a provider. It holds for one organization, as the policy
 * did.
 */
export function importSecrets(rules: readonly unknown[], organization: string): ImportedPolicy {
  return {
    trust: rules.map((rule, index) => importSecretRule(rule, index, organization)),
    deny: [],
    notes: [
      noteExact(`It was the policy of a secret of the organization ${organization}.`),
      noteLoss('What the role gives is not in the file: add a provider.'),
    ],
  };
}
