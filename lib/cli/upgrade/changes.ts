/** One entry of CHANGELOG.md. */
export type Change = {
  /** The heading that it stands below, such as Added; empty in a version without groups. */
  readonly group: string;
  /** Does it bear a ★: can it alter a decision? */
  readonly decides: boolean;
  /** On one line, without the ★ and as people say it: of a link the words alone. */
  readonly text: string;
};

/** A version and its changes. */
export type Release = { readonly version: string; readonly changes: readonly Change[] };

/** An entry begins with a hyphen and goes on over lines that are indented. */
const ENTRY = /^- (★ )?(.*(?:\n {2}.*)*)/gm;

function readChangeGroup(text: string): Change[] {
  const group = /^(\w+)\n/.exec(text)?.[1] ?? '';
  return [...text.matchAll(ENTRY)].map(([, star, said = '']) => ({
    group,
    decides: star !== undefined,
    text: said.replace(/\n {2}/g, ' ').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1'),
  }));
}

/** The versions of a CHANGELOG.md, in the order of the file: the newest first. */
export function readReleases(markdown: string): Release[] {
  return markdown
    .split(/^## /m)
    .slice(1)
    .map(section => {
      const [version = '', ...lines] = section.split('\n');
      return { version: version.trim(), changes: lines.join('\n').split(/^### /m).flatMap(readChangeGroup) };
    });
}

/** A version as numbers; undefined where it is none of three. */
export function parseVersion(version: string): readonly [number, number, number] | undefined {
  const [, ...parts] = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})$/.exec(version) ?? [];
  return parts.length === 3 ? (parts.map(Number) as [number, number, number]) : undefined;
}

/** Below zero where `a` is older than `b`. What is no version is older than any. */
export function compareVersions(a: string, b: string): number {
  const [ours, theirs] = [parseVersion(a) ?? [-1, 0, 0], parseVersion(b) ?? [-1, 0, 0]];
  const at = ours.findIndex((part, index) => part !== theirs[index]);
  return at === -1 ? 0 : (ours[at] ?? 0) - (theirs[at] ?? 0);
}

/** Lists the changes that can alter a decision between two versions, the newest first: of every version after `from`, up to `to`. */
export function listDecisive(releases: readonly Release[], from: string, to: string): Release[] {
  return releases
    .filter(({ version }) => compareVersions(version, from) > 0 && compareVersions(version, to) <= 0)
    .map(({ version, changes }) => ({ version, changes: changes.filter(({ decides }) => decides) }))
    .filter(({ changes }) => changes.length > 0);
}
