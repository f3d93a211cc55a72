import type { JsonObject } from '../../http/json.ts';
import type { GithubTarget } from '../../policy/targets/github.ts';

function sortNames(names: readonly string[]): string {
  return names
    .map(each => each.toLowerCase())
    .sort()
    .join(' ');
}

/** By its full name where the owner is known: the installation of another has repositories of the same name. */
function readFullName(repository: unknown, { owner }: GithubTarget): string {
  const { name, full_name: full } = Object(repository) as JsonObject;
  return String(owner === undefined ? name : full);
}

/** An installation is of one account, also where the role knows it by its number. */
function isOneOwner(repositories: readonly unknown[]): boolean {
  const owners = repositories.map(
    each =>
      String((Object(each) as JsonObject)['full_name'])
        .toLowerCase()
        .split('/', 1)[0],
  );
  return new Set(owners).size <= 1;
}

function hasSameRepositories(
  { repositories, repository_selection: all }: JsonObject,
  target: GithubTarget,
): boolean {
  if (all !== 'selected' || !Array.isArray(repositories) || !isOneOwner(repositories)) return false;
  const { owner } = target;
  const granted = target.repositories.map(name => (owner === undefined ? name : `${owner}/${name}`));
  return sortNames(repositories.map(each => readFullName(each, target))) === sortNames(granted);
}

// Every token that can reach a repository can read its metadata, whether that was asked for or not.
const ALWAYS = { metadata: 'read' };

function listPermissions(permissions: object): string {
  return Object.entries({ ...ALWAYS, ...permissions })
    .map(([name, level]) => `${name} ${String(level)}`)
    .sort()
    .join(' ');
}

/**
 * How a token that GitHub made differs from what was granted; undefined when it does not. One with less is as wrong as
 * one with more: GitHub refuses what it cannot give whole (threat T50).
 */
export function findGithubDifference(said: JsonObject, target: GithubTarget): string | undefined {
  if (!hasSameRepositories(said, target)) return 'with other repositories than were asked for';
  return listPermissions(Object(said['permissions'])) === listPermissions(target.permissions)
    ? undefined
    : 'with other permissions than were asked for';
}
