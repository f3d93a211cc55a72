/** As Buildkite writes the id of a user. */
export const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

export type BuildkiteTemplate = {
  readonly organization: string;
  readonly scopes: readonly string[];
} & (
  | { readonly app: string; readonly user: string; readonly client_id?: never }
  | { readonly client_id: string; readonly subject: string; readonly app?: never; readonly user?: never }
);

/**
 * In which organization Buildkite makes a token, and for whom: an app that speaks for a user, or a workload identity that
 * trusts our own JWT. The scopes are the grant's.
 */
export type BuildkiteTarget = { readonly kind: 'buildkite'; readonly organization: string } & (
  | {
      readonly app: string;
      readonly user: { readonly by: 'email' | 'uuid'; readonly value: string };
      readonly clientId?: never;
    }
  | { readonly clientId: string; readonly subject: string; readonly app?: never; readonly user?: never }
);

/** For whom the token is made; no claim has a part in it. */
export function fillBuildkite(template: BuildkiteTemplate): BuildkiteTarget {
  const { organization, ...by } = template;
  if (by.client_id !== undefined)
    return { kind: 'buildkite', organization, clientId: by.client_id, subject: by.subject };
  const user = { by: UUID.test(by.user) ? 'uuid' : 'email', value: by.user } as const;
  return { kind: 'buildkite', organization, app: by.app, user };
}
