import { type GithubTemplate, LEVELS, nameRepository } from '../../policy/targets/github.ts';
import { findSlots } from '../../policy/template.ts';
import type { Complaints } from '../complaint.ts';
import { checked, integer, list, object, oneOf, optional, record, required, text } from '../shape.ts';
import { findEntry, findText, listItems, type Tree } from '../tree.ts';
import { appId, checkTemplates, type Kind, type KindSetting, refuseTemplates } from './kind.ts';

// Letters and digits with single hyphens; managed users have an underscore before the name of their company.
const OWNER = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,37}[A-Za-z0-9])?$/;
const PERMISSION = /^[a-z][a-z_]{1,63}$/;
// GitHub takes 500, and answers with all that it knows of each: these are as many as that answer may be long.
const MAX_REPOSITORIES = 20;
const MAX_INSTALLATION = 999_999_999_999;

const permissions = checked(record(oneOf(...LEVELS), 50), 'wrong-value', read => {
  const wrong = Object.keys(read).find(name => !PERMISSION.test(name));
  return wrong === undefined ? undefined : `"${wrong}" is no permission of GitHub, such as contents.`;
});

const SHAPE = object({
  app: required(appId),
  installation: optional(integer(1, MAX_INSTALLATION)),
  owner: optional(text({ pattern: OWNER, says: 'the organization or user that has the App installed' })),
  repositories: required(list(text({ max: 256 }), MAX_REPOSITORIES)),
  permissions: required(record(permissions, 50)),
});

function checkRepositories(tree: Tree, owner: string | undefined, complaints: Complaints): void {
  const like = owner === undefined ? '' : ` or ${owner}/web`;
  for (const item of listItems(tree)) {
    const name = findText(item);
    if (name !== undefined && findSlots(name).length === 0 && nameRepository(name, owner) === undefined)
      complaints.at(item).unexpected(`the name of a repository, such as web${like}`);
  }
}

function compileGithub(tree: Tree, setting: KindSetting, complaints: Complaints): GithubTemplate | undefined {
  refuseTemplates(tree, ['repositories'], setting, complaints);
  const repositories = findEntry(tree, 'repositories')?.value;
  if (repositories) checkTemplates(repositories, 'bound', setting, complaints);
  const read = SHAPE.read(tree, complaints);
  if (!read) return undefined;
  if (repositories) checkRepositories(repositories, read.owner, complaints);
  const { owner, installation, ...written } = read;
  const api = setting.apps?.get(written.app);
  const rest = api === undefined ? written : { ...written, api };
  if (owner !== undefined && installation === undefined) return { ...rest, owner };
  if (installation !== undefined && owner === undefined) return { ...rest, installation };
  return complaints
    .at(tree)
    .wrongValue('Say where the App is installed: by owner or by installation, one of them.');
}

/**
 * A token of a GitHub App's installation, for these repositories and permissions alone. GitHub makes it live for an
 * hour, neither more nor less.
 * https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
 */
export const github: Kind<GithubTemplate> = {
  lengths: () => ({ fallback: 3600, min: 3600, max: 3600 }),
  scopes: 'required',
  scopesOf: ({ permissions: byScope }) => Object.keys(byScope),
  schema: SHAPE.schema,
  compile: compileGithub,
};
