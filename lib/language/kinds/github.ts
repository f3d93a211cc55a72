import { fill, slots } from '../../policy/template.ts';
import { findResourceFault, type Unusable } from '../../policy/usable.ts';
import type { Complain } from '../complaint.ts';
import { member, type Tree } from '../parse.ts';
import { checked, integer, list, object, oneOf, optional, record, required, text } from '../shape.ts';
import { appId, checkTemplates, type Kind, type KindSetting } from './kind.ts';

/** From the least to the most: https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps */
const LEVELS = ['read', 'write', 'admin'] as const;
export type Level = (typeof LEVELS)[number];
export type Permissions = Readonly<Record<string, Level>>;

// Letters and digits with single hyphens; managed users have an underscore before the name of their company.
const OWNER = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,37}[A-Za-z0-9])?$/;
const REPOSITORY = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;
const PERMISSION = /^[a-z][a-z_]{1,63}$/;
// GitHub takes 500, and answers with all that it knows of each: these are as many as that answer may be long.
const MAX_REPOSITORIES = 20;
const MAX_INSTALLATION = 999_999_999_999;

/** Where the App is installed: the account, or GitHub's number of the installation. */
type Installed =
  | { readonly owner: string; readonly installation?: never }
  | { readonly installation: number; readonly owner?: never };

export type GithubTemplate = Installed & {
  readonly app: string;
  readonly repositories: readonly string[];
  /** By scope. */
  readonly permissions: Readonly<Record<string, Permissions>>;
};

/** Which repositories of one installation, and what may be done there: neither is ever empty (threat T50). */
export type GithubTarget = Installed & {
  readonly kind: 'github';
  readonly app: string;
  /** Names without their owner, each once. */
  readonly repositories: readonly string[];
  readonly permissions: Permissions;
};

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

/** The name of a repository of this owner, whose own name may stand before it. */
function nameIn(written: string, owner: string | undefined): string | undefined {
  const own = owner !== undefined && written.startsWith(`${owner}/`);
  const name = own ? written.slice(owner.length + 1) : written;
  return REPOSITORY.test(name) ? name : undefined;
}

function checkRepositories(tree: Tree | undefined, owner: string | undefined, complain: Complain): void {
  for (const item of tree?.kind === 'list' ? tree.items : []) {
    if (item.kind !== 'scalar' || typeof item.value !== 'string' || slots(item.value).length > 0) continue;
    if (nameIn(item.value, owner) === undefined)
      complain(
        'wrong-value',
        item.place,
        `Expected the name of a repository, such as web${owner === undefined ? '' : ` or ${owner}/web`}.`,
      );
  }
}

function compile(tree: Tree, setting: KindSetting, complain: Complain): GithubTemplate | undefined {
  const repositories = member(tree, 'repositories')?.value;
  if (tree.kind === 'map') {
    const rest = tree.entries.filter(({ value }) => value !== repositories);
    checkTemplates({ ...tree, entries: rest }, 'none', setting, complain);
  }
  if (repositories) checkTemplates(repositories, 'bound', setting, complain);
  const read = SHAPE.read(tree, complain);
  if (!read) return undefined;
  checkRepositories(repositories, read.owner, complain);
  const { owner, installation, ...rest } = read;
  if (owner !== undefined && installation === undefined) return { ...rest, owner };
  if (installation !== undefined && owner === undefined) return { ...rest, installation };
  complain(
    'wrong-value',
    tree.place,
    'Say where the App is installed: by owner or by installation, one of them.',
  );
  return undefined;
}

/** All that the scopes give: where two name one permission, the greater. */
function joined(template: GithubTemplate, scopes: readonly string[]): Permissions {
  const whole: Record<string, Level> = {};
  for (const [name, level] of scopes.flatMap(scope => Object.entries(template.permissions[scope] ?? {}))) {
    const held = whole[name];
    if (held === undefined || LEVELS.indexOf(level) > LEVELS.indexOf(held)) whole[name] = level;
  }
  return whole;
}

type Names = { readonly names: readonly string[] } | { readonly refused: Unusable };

function namesOf({ repositories, owner }: GithubTemplate, claims: Parameters<typeof fill>[1]): Names {
  const names = new Set<string>();
  for (const [index, written] of repositories.entries()) {
    const place = `github.repositories[${index}]`;
    const filled = fill(written, claims, { place, usable: findResourceFault });
    if ('refused' in filled) return filled;
    const name = nameIn(filled.text, owner);
    if (name === undefined)
      return { refused: { claim: slots(written)[0]?.name ?? '', place, why: 'no_repository' } };
    names.add(name);
  }
  return { names: [...names] };
}

/**
 * A token of a GitHub App's installation, for these repositories and permissions alone. GitHub makes it live for an
 * hour, neither more nor less.
 * https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
 */
export const github: Kind<GithubTemplate, GithubTarget> = {
  lengths: () => ({ fallback: 3600, min: 3600, max: 3600 }),
  scopes: 'required',
  scopesOf: ({ permissions: byScope }) => Object.keys(byScope),
  schema: SHAPE.schema,
  compile,
  target(template, { claims, scopes }) {
    const { app, owner, installation } = template;
    const repositories = namesOf(template, claims);
    if ('refused' in repositories) return { refused: 'claim_not_usable', unusable: repositories.refused };
    return {
      kind: 'github',
      app,
      ...(owner === undefined ? { installation } : { owner }),
      repositories: repositories.names,
      permissions: joined(template, scopes),
    };
  },
};
