import { ROLE_NAME } from '../policy/name.ts';

/** Gives the first characters of a digest of a text, in hex. */
export type Digest = (text: string) => string;

/** How a name that was made of another ends: no name of a source that looks so is taken as it is. */
const MADE = /-x[0-9a-f]{10}$/;
const LONGEST_STEM = 64 - 12;

/**
 * The name of a role of ours for something of elsewhere. The same source always has the same name, and no two sources
 * share one: what cannot stay as it is ends with ten digits of the digest of `source`. A name is never a path (T100):
 * it is of a-z, 0-9 and - alone.
 */
export function createRoleName(name: string, source: string, digest: Digest): string {
  if (ROLE_NAME.test(name) && !MADE.test(name)) return name;
  const stem = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST_STEM)
    .replace(/^-|-$/g, '');
  return `${stem || 'role'}-x${digest(source).slice(0, 10)}`;
}

/** A name of our own for each source. A name that several have, such as one of two accounts, is made for all of them. */
export function createRoleNames(
  sources: readonly { readonly name: string; readonly source: string }[],
  digest: Digest,
): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const { name } of sources) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Map(
    sources.map(({ name, source }) => {
      const own = counts.get(name) === 1 ? name : `${name} `;
      return [source, createRoleName(own, source, digest)];
    }),
  );
}
