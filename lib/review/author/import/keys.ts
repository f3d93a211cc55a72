import { findVocabularyTypes, type IssuerFacts } from '../../../policy/issuer.ts';
import { findPreset, type PresetName } from '../../../token/presets.ts';

/**
 * The claims that IAM has a condition key for, beside `aud`, `sub` and `amr`: all others are to it as if no token had
 * them. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 */
const KEYS: { readonly [preset in PresetName]?: readonly string[] } = {
  'github-actions': [
    'actor',
    'actor_id',
    'enterprise_id',
    'environment',
    'job_workflow_ref',
    'ref',
    'repository',
    'repository_id',
    'workflow',
  ],
};

/** Since 2026-02 IAM has keys for some claims of these issuers. Which ones, no page that we know tells. */
const UNSURE: readonly (PresetName | undefined)[] = ['circleci', 'google'];

const REGISTERED = ['iss', 'sub', 'aud', 'jti', 'exp', 'nbf', 'iat'];

/** Buildkite alone puts claims into session tags (`--aws-session-tag`). */
const TAGGING: PresetName = 'buildkite';

/**
 * The subject of a condition's key: a claim, by the vocabulary's own case; a claim or tag that IAM never has for this
 * issuer; one of which that is not known; what the caller of IAM chooses itself; or something else.
 */
export type KeyMeaning =
  | { readonly is: 'claim'; readonly claim: string }
  | { readonly is: 'never'; readonly claim: string }
  | { readonly is: 'unsure'; readonly claim: string }
  | { readonly is: 'chosen' | 'secure' | 'other' };

/** Names have no case in IAM. */
function findKeyClaim(facts: IssuerFacts, name: string): string | undefined {
  const { vocabulary } = facts;
  if (!vocabulary) return ['aud', 'sub'].includes(name) ? name : undefined;
  const known = Object.keys(vocabulary.claims).find(each => each.toLowerCase() === name);
  return known ?? (findVocabularyTypes(vocabulary, name) ? name : undefined);
}

export type ConditionKeySetting = { readonly host: string; readonly facts: IssuerFacts };

/** Reads what the key of a condition is to IAM, for tokens of one issuer. Keys have no case. */
export function readConditionKey(written: string, setting: ConditionKeySetting): KeyMeaning {
  const { host, facts } = setting;
  const key = written.toLowerCase();
  if (key === 'sts:rolesessionname') return { is: 'chosen' };
  if (key === 'aws:securetransport') return { is: 'secure' };
  const preset = findPreset(facts.issuer);
  const tag = key.startsWith('aws:requesttag/') ? key.slice('aws:requesttag/'.length) : undefined;
  if (tag !== undefined && preset !== TAGGING) return { is: 'never', claim: `the session tag ${tag}` };
  const own = key.startsWith(`${host.toLowerCase()}:`) ? key.slice(host.length + 1) : undefined;
  const name = tag ?? own;
  if (name === undefined) return { is: 'other' };
  const claim = findKeyClaim(facts, name);
  if (tag !== undefined)
    return claim === undefined || REGISTERED.includes(claim) ? { is: 'other' } : { is: 'claim', claim };
  // IAM's aud of Google is azp, and its oaud is aud.
  if (preset === 'google' && name === 'aud') return { is: 'claim', claim: 'azp' };
  if (preset === 'google' && name === 'oaud') return { is: 'claim', claim: 'aud' };
  if (name === 'amr') return { is: 'other' };
  const has = claim === 'aud' || claim === 'sub' || (preset && KEYS[preset]?.includes(name));
  if (has && claim !== undefined) return { is: 'claim', claim };
  const is = claim !== undefined && name !== 'iss' && UNSURE.includes(preset) ? 'unsure' : 'never';
  return { is, claim: claim ?? name };
}
