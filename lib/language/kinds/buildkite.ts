import { type BuildkiteTemplate, UUID } from '../../policy/targets/buildkite.ts';
import type { Complaints } from '../complaint.ts';
import { object, optional, required, text } from '../shape.ts';
import { scopeList } from '../statement.ts';
import type { Tree } from '../tree.ts';
import { appId, checkTemplates, type Kind, type KindSetting, writeSubject } from './kind.ts';

const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?$/;
const EMAIL = /^[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}$/;

const SHAPE = object({
  app: optional(appId),
  client_id: optional(
    text({ pattern: /^[\w-]{1,128}$/, says: 'the client id of the workload identity, as text' }),
  ),
  organization: required(text({ pattern: SLUG, says: 'the slug of the organization, as in its URL' })),
  user: optional(
    text({
      max: 254,
      pattern: new RegExp(`${UUID.source}|${EMAIL.source}`),
      says: 'the email address or the UUID of a bot account',
    }),
  ),
  scopes: required(scopeList),
});

function compileBuildkite(
  tree: Tree,
  setting: KindSetting,
  complaints: Complaints,
): BuildkiteTemplate | undefined {
  // The token acts as this user, so a claim must never choose who that is.
  checkTemplates(tree, 'none', setting, complaints);
  const read = SHAPE.read(tree, complaints);
  if (!read) return undefined;
  const { app, user, client_id, ...rest } = read;
  if (client_id !== undefined && app === undefined && user === undefined)
    return { ...rest, client_id, subject: writeSubject(setting) };
  if (client_id === undefined && app !== undefined && user !== undefined) return { ...rest, app, user };
  return complaints
    .at(tree)
    .wrongValue('Say client_id of a workload identity, or else app and user of an OAuth token exchange.');
}

/** Seconds that a token of a workload identity may live: Buildkite says how long, and takes no wish. */
const BY_IDENTITY = { fallback: 3600, min: 3600, max: 3600 };

/**
 * An API token of Buildkite with these scopes: of a workload identity, for as long as Buildkite says, or of a user by
 * OAuth token exchange, for 30 seconds to a day.
 * https://buildkite.com/docs/apis/workload-identity-federation
 * https://buildkite.com/docs/apis/oauth-token-exchange
 */
export const buildkite: Kind<BuildkiteTemplate> = {
  lengths: template =>
    template?.client_id === undefined ? { fallback: 3600, min: 30, max: 86_400 } : BY_IDENTITY,
  scopes: 'required',
  scopesOf: ({ scopes }) => scopes,
  schema: SHAPE.schema,
  compile: compileBuildkite,
};
