import type { KindName, Template } from './kinds.ts';

/** `name@project.iam.gserviceaccount.com`; an account that Google made itself has no project in its address. */
const projectOf = (account: string): string =>
  /@(.+)\.iam\.gserviceaccount\.com$/.exec(account)?.[1] ?? account;

const PLACES: {
  readonly [kind in KindName]: (template: Extract<Template, { kind: kind }>) => readonly string[];
} = {
  aws: ({ role_arn }) => [role_arn.split(':')[4] ?? ''],
  // `//iam.googleapis.com/projects/NUMBER/…`: its pool's principals can be given rights without any account.
  gcp: ({ audience, service_account = [], delegates }) => [
    audience.split('/')[4] ?? '',
    ...[service_account, delegates].flat().map(projectOf),
  ],
  azure: ({ tenant_id }) => [tenant_id],
  github: ({ owner, installation }) => [owner ?? String(installation)],
  buildkite: ({ organization }) => [organization],
  jwt: ({ audience }) => [audience],
};

/**
 * Whose house a role's credential opens, all of them: AWS account, numbers and ids of Google Cloud projects,
 * Azure tenant, GitHub owner or installation, Buildkite organization, audience of a JWT of ours.
 */
export const placesOf = (template: Template): readonly string[] =>
  (PLACES[template.kind] as (template: Template) => readonly string[])(template);
