import { type AwsTarget, type AwsTemplate, aws } from './kinds/aws.ts';
import { type AzureTarget, type AzureTemplate, azure } from './kinds/azure.ts';
import { type BuildkiteTarget, type BuildkiteTemplate, buildkite } from './kinds/buildkite.ts';
import { type GcpTarget, type GcpTemplate, gcp } from './kinds/gcp.ts';
import { type GithubTarget, type GithubTemplate, github } from './kinds/github.ts';
import { type JwtTarget, type JwtTemplate, jwt } from './kinds/jwt.ts';
import type { Kind } from './kinds/kind.ts';
import { type OauthTarget, type OauthTemplate, oauth } from './kinds/oauth.ts';

/** Every kind of credential that a role can have, by its key in the role's file. */
export const KINDS = { aws, gcp, azure, github, buildkite, oauth, jwt } as const;

export type KindName = keyof typeof KINDS;
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

/** The kind of a name, with its template type forgotten: `template.kind` has chosen it. */
export function kindOf(name: KindName): Kind<object, Target> {
  return KINDS[name] as unknown as Kind<object, Target>;
}

/** The app by whose own key the other side knows us, for kinds that need one. */
export function appOf(template: Template): string | undefined {
  return 'app' in template ? template.app : undefined;
}

/** Is a JWT of ours signed for this role, whether a caller gets it or a cloud? */
export function needsSignature(template: Template): boolean {
  return template.kind === 'aws' ? template.via === 'web_identity' : appOf(template) === undefined;
}
