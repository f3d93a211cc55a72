import type { Claims } from '../claims.ts';
import type { AppHost } from '../endpoint.ts';
import { fillText, findSlots } from '../template.ts';
import { findResourceFault, type UnusableClaim } from '../usable.ts';
import type { Filling, TargetRefusal } from './target.ts';

const REPOSITORY = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;

/** From the least to the most: https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps */
export const LEVELS = ['read', 'write', 'admin'] as const;
export type Level = (typeof LEVELS)[number];
export type Permissions = Readonly<Record<string, Level>>;

/** Where the App is installed: the account, or GitHub's number of the installation. */
type Installation =
  | { readonly owner: string; readonly installation?: never }
  | { readonly installation: number; readonly owner?: never };

export type GithubTemplate = Installation & {
  readonly app: string;
  /** Where its API is; left out: api.github.com. */
  readonly api?: AppHost;
  readonly repositories: readonly string[];
  /** By scope. */
  readonly permissions: Readonly<Record<string, Permissions>>;
};

/** Which repositories of one installation, and what may be done there: neither is ever empty (threat T50). */
export type GithubTarget = Installation & {
  readonly kind: 'github';
  readonly app: string;
  readonly api?: AppHost;
  /** Names without their owner, each once. */
  readonly repositories: readonly string[];
  readonly permissions: Permissions;
};

/** The name of a repository of this owner, whose own name may stand before it. */
export function nameRepository(written: string, owner: string | undefined): string | undefined {
  const own = owner !== undefined && written.startsWith(`${owner}/`);
  const name = own ? written.slice(owner.length + 1) : written;
  return REPOSITORY.test(name) ? name : undefined;
}

/** All that the scopes give: where two name one permission, the greater. */
function joinPermissions(template: GithubTemplate, scopes: readonly string[]): Permissions {
  const whole: Record<string, Level> = {};
  for (const [name, level] of scopes.flatMap(scope => Object.entries(template.permissions[scope] ?? {}))) {
    const held = whole[name];
    if (held === undefined || LEVELS.indexOf(level) > LEVELS.indexOf(held)) whole[name] = level;
  }
  return whole;
}

type RepositoryNames = { readonly names: readonly string[] } | { readonly refused: UnusableClaim };

function fillRepositories(template: GithubTemplate, claims: Claims): RepositoryNames {
  const names = new Set<string>();
  for (const [index, written] of template.repositories.entries()) {
    const place = `github.repositories[${index}]`;
    const filled = fillText(written, claims, { place, usable: findResourceFault });
    if ('refused' in filled) return filled;
    const name = nameRepository(filled.text, template.owner);
    if (name === undefined)
      return { refused: { claim: findSlots(written)[0]?.name ?? '', place, why: 'no_repository' } };
    names.add(name);
  }
  return { names: [...names] };
}

/** Which repositories, and what may be done there. */
export function fillGithub(template: GithubTemplate, filling: Filling): GithubTarget | TargetRefusal {
  const { app, api, owner, installation } = template;
  const repositories = fillRepositories(template, filling.claims);
  if ('refused' in repositories) return { refused: 'claim_not_usable', unusable: repositories.refused };
  return {
    kind: 'github',
    app,
    ...(api === undefined ? {} : { api }),
    ...(owner === undefined ? { installation } : { owner }),
    repositories: repositories.names,
    permissions: joinPermissions(template, filling.scopes),
  };
}
