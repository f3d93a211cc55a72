import type { Complain } from '../complaint.ts';
import type { Tree } from '../parse.ts';
import { object, required, text } from '../shape.ts';
import { scopeList } from '../statement.ts';
import { appId, checkTemplates, type Kind, type KindSetting } from './kind.ts';

const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?$/;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
const EMAIL = /^[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}$/;

export type BuildkiteTemplate = {
  readonly app: string;
  readonly organization: string;
  readonly user: string;
  readonly scopes: readonly string[];
};

/** For which app, in which organization and as which user Buildkite makes a token. The scopes are the grant's. */
export type BuildkiteTarget = {
  readonly kind: 'buildkite';
  readonly app: string;
  readonly organization: string;
  readonly user: { readonly by: 'email' | 'uuid'; readonly value: string };
};

const SHAPE = object({
  app: required(appId),
  organization: required(text({ pattern: SLUG, says: 'the slug of the organization, as in its URL' })),
  user: required(
    text({
      max: 254,
      pattern: new RegExp(`${UUID.source}|${EMAIL.source}`),
      says: 'the email address or the UUID of a bot account',
    }),
  ),
  scopes: required(scopeList),
});

function compile(tree: Tree, setting: KindSetting, complain: Complain): BuildkiteTemplate | undefined {
  // The token acts as this user, so a claim must never choose who that is.
  checkTemplates(tree, 'none', setting, complain);
  return SHAPE.read(tree, complain);
}

/**
 * An API token of Buildkite by OAuth token exchange: of a user, with these scopes, for 30 seconds to a day.
 * https://buildkite.com/docs/apis/oauth-token-exchange
 */
export const buildkite: Kind<BuildkiteTemplate, BuildkiteTarget> = {
  lengths: () => ({ fallback: 3600, min: 30, max: 86_400 }),
  scopes: 'required',
  scopesOf: ({ scopes }) => scopes,
  schema: SHAPE.schema,
  compile,
  target: ({ app, organization, user: value }) => ({
    kind: 'buildkite',
    app,
    organization,
    user: { by: UUID.test(value) ? 'uuid' : 'email', value },
  }),
};
