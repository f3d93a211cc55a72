import { type AwsTarget, type AwsTemplate, fillAws } from './targets/aws.ts';
import { type AzureTarget, type AzureTemplate, fillAzure } from './targets/azure.ts';
import { type BuildkiteTarget, type BuildkiteTemplate, fillBuildkite } from './targets/buildkite.ts';
import { isGcpScopeWithin } from './targets/gcp/scopes.ts';
import { fillGcp, type GcpTarget, type GcpTemplate } from './targets/gcp.ts';
import { fillGithub, type GithubTarget, type GithubTemplate } from './targets/github.ts';
import { fillJwt, type JwtTarget, type JwtTemplate } from './targets/jwt.ts';
import { fillOauth, type OauthTarget, type OauthTemplate } from './targets/oauth.ts';
import type { Filling, TargetRefusal } from './targets/target.ts';

/** The place that a grant opens, by the kind of its credential. */
export type Target =
  | AwsTarget
  | GcpTarget
  | AzureTarget
  | GithubTarget
  | BuildkiteTarget
  | OauthTarget
  | JwtTarget;

/** A role's own part for its provider, tagged with the kind. */
export type Template =
  | ({ readonly kind: 'aws' } & AwsTemplate)
  | ({ readonly kind: 'gcp' } & GcpTemplate)
  | ({ readonly kind: 'azure' } & AzureTemplate)
  | ({ readonly kind: 'github' } & GithubTemplate)
  | ({ readonly kind: 'buildkite' } & BuildkiteTemplate)
  | ({ readonly kind: 'oauth' } & OauthTemplate)
  | ({ readonly kind: 'jwt' } & JwtTemplate);

export type KindName = Template['kind'];

const FILLERS: {
  readonly [Kind in KindName]: (
    template: Template & { kind: Kind },
    filling: Filling,
  ) => Target | TargetRefusal;
} = {
  aws: fillAws,
  gcp: fillGcp,
  azure: fillAzure,
  github: fillGithub,
  buildkite: fillBuildkite,
  oauth: fillOauth,
  jwt: fillJwt,
};

/** The provider's part of a grant: the role's template with claims filled in, or why it cannot be granted. */
export function fillTarget(template: Template, filling: Filling): Target | TargetRefusal {
  const fill = FILLERS[template.kind] as (template: Template, filling: Filling) => Target | TargetRefusal;
  return fill(template, filling);
}

/** Is all that a scope opens opened by these too? */
export type IsScopeWithin = (scope: string, given: readonly string[]) => boolean;

/**
 * Kinds where a scope can lie within another. Their clients ask for what they may need: what is beyond the grant is left
 * out, and the answer says what was given (RFC 6749 §3.3). Of all others a request for one scope beyond is refused.
 */
export const SCOPES_WITHIN: { readonly [Kind in KindName]?: IsScopeWithin } = { gcp: isGcpScopeWithin };

/** The app by whose own key the other side knows us, for kinds that need one. */
export function findApp(template: Template): string | undefined {
  return 'app' in template ? template.app : undefined;
}

/** Is a JWT of ours signed for this role, whether a caller gets it or a cloud? */
export function needsSignature(template: Template): boolean {
  return template.kind === 'aws' ? template.via === 'web_identity' : findApp(template) === undefined;
}
