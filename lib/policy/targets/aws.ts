import { fillDocument } from '../template.ts';
import { findResourceFault, type UnusableClaim } from '../usable.ts';
import { fillTags, type SessionTag, type TagTemplate } from './tags.ts';
import type { Filling, TargetRefusal } from './target.ts';

/** Of AWS (sts 2011-06-15, AssumeRole): characters of the session policy. */
export const MAX_POLICY = 2048;

export type AwsTemplate = {
  readonly role_arn: string;
  readonly region?: string;
  readonly source_identity: boolean;
  readonly tags: Readonly<Record<string, TagTemplate>>;
  readonly transitive_tags: readonly string[];
  readonly policy?: Readonly<Record<string, unknown>>;
  readonly policy_arns: readonly string[];
} & (
  | { readonly via: 'assume_role'; readonly external_id: string }
  | { readonly via: 'web_identity'; readonly subject: string }
);

type Assumption = {
  readonly kind: 'aws';
  readonly roleArn: string;
  readonly region: string | undefined;
  readonly sourceIdentity: boolean;
  readonly tags: readonly SessionTag[];
  /** Claims for which a tag's literal stands in; left out where there is none. */
  readonly replaced?: readonly UnusableClaim[];
  readonly transitiveTags: readonly string[];
  /** The session policy as JSON; undefined only when the role has none. */
  readonly policy: string | undefined;
  readonly policyArns: readonly string[];
  /** Whose the session policy is, and so who must mend it. */
  readonly policyOf: 'role' | 'caller';
};

/** The parameters of AssumeRole. All come from the reviewed role, but for what the caller itself takes away. */
export type AssumedTarget = Assumption & { readonly via: 'assume_role'; readonly externalId: string };
/** The parameters of AssumeRoleWithWebIdentity, from the reviewed role likewise. */
export type FederatedTarget = Assumption & { readonly via: 'web_identity'; readonly subject: string };
export type AwsTarget = AssumedTarget | FederatedTarget;

/** Fills the claims of a token into the tags and the session policy that STS is asked for. */
export function fillAws(template: AwsTemplate, filling: Filling): AwsTarget | TargetRefusal {
  const { claims, sessionPolicy } = filling;
  // Two policies cannot be intersected by merging, so a caller's own goes where the role has none.
  if (sessionPolicy && (template.policy || template.policy_arns.length > 0))
    return { refused: 'session_policy_refused' };
  const filled = fillDocument(template.policy, claims, { place: 'aws.policy', usable: findResourceFault });
  if ('refused' in filled) return { refused: 'claim_not_usable', unusable: filled.refused };
  const tagged = fillTags(template.tags, claims);
  if ('refused' in tagged) {
    const { refused: unusable } = tagged;
    return { refused: unusable.why === 'too_long' ? 'tag_too_long' : 'claim_not_usable', unusable };
  }
  const policy = filled.document && JSON.stringify(filled.document);
  if (policy !== undefined && policy.length > MAX_POLICY) return { refused: 'session_policy_too_large' };
  return {
    kind: 'aws',
    roleArn: template.role_arn,
    region: template.region,
    sourceIdentity: template.source_identity,
    tags: tagged.tags,
    ...(tagged.replaced.length > 0 ? { replaced: tagged.replaced } : {}),
    transitiveTags: template.transitive_tags,
    policy: policy ?? sessionPolicy?.policy,
    policyArns: sessionPolicy?.policyArns ?? template.policy_arns,
    policyOf: sessionPolicy ? 'caller' : 'role',
    ...(template.via === 'web_identity'
      ? { via: template.via, subject: template.subject }
      : { via: template.via, externalId: template.external_id }),
  };
}
