import type { KindName, Template } from '../policy/targets.ts';

/** `name@project.iam.gserviceaccount.com`; an account that Google made itself has no project in its address. */
function findProject(account: string): string {
  return /@(.+)\.iam\.gserviceaccount\.com$/.exec(account)?.[1] ?? account;
}

/** One thing that a credential reaches, by its names from the widest to the narrowest: the account, then its role. */
export type TargetPlace = readonly [house: string, ...within: readonly string[]];

const PLACES: {
  readonly [kind in KindName]: (template: Extract<Template, { kind: kind }>) => readonly TargetPlace[];
} = {
  aws: ({ role_arn }) => [[role_arn.split(':')[4] ?? '', role_arn]],
  // `//iam.googleapis.com/projects/NUMBER/…`: its pool's principals can be given rights without any account.
  gcp: ({ audience, service_account = [], delegates }) => [
    [audience.split('/')[4] ?? '', audience],
    ...[service_account, delegates].flat().map((account): TargetPlace => [findProject(account), account]),
  ],
  azure: ({ tenant_id, client_id }) => [[tenant_id, `${tenant_id}/${client_id}`]],
  github: ({ api, owner, installation, repositories }) => {
    // The owner of one name on a server of one's own is somebody else.
    const host = api === undefined ? '' : `${new URL(api.url).hostname}/`;
    const house = `${host}${owner ?? installation}`;
    return repositories.map(
      (name): TargetPlace => [
        house,
        owner !== undefined && name.startsWith(`${owner}/`) ? `${host}${name}` : `${house}/${name}`,
      ],
    );
  },
  buildkite: ({ organization, user, client_id }) => [[organization, `${organization}/${user ?? client_id}`]],
  oauth: ({ endpoint, parameters, subject }) => [
    [endpoint, `${endpoint}/${Object.values(parameters).join('/') || subject}`],
  ],
  jwt: ({ audience }) => [[audience]],
};

/**
 * Whose house a role's credential opens, and what in it, all of them: AWS account and role, numbers and ids of Google
 * Cloud projects with provider and accounts, Azure tenant and application, GitHub owner or installation and repositories,
 * Buildkite organization and user or workload identity, endpoint of broker.yml and what is asked of it, audience of a JWT of ours.
 */
export function listTargetPlaces(template: Template): readonly TargetPlace[] {
  return (PLACES[template.kind] as (template: Template) => readonly TargetPlace[])(template);
}
