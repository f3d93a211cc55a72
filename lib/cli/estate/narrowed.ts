import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, loadConfig } from '../../config/load.ts';
import type { UsageProposal } from '../../estate/usage/proposal.ts';
import { findSampleClaims } from '../../jobs/sample.ts';
import type { Claims } from '../../policy/claims.ts';
import { writeNarrowed } from '../../review/author/narrow.ts';
import { compareConfigs, isWidening } from '../../review/compare/change.ts';
import { useTemporaryFolder } from '../aside.ts';
import { judgeReplay } from '../replayed.ts';

/** A role's file with proposals that were proved not wider, and held against every exchange of the log. */
export type NarrowedFile = {
  readonly role: string;
  readonly text: string;
  readonly proposals: readonly UsageProposal[];
};

/** Proposals that were made, and those that did not stand, each with the reason. */
export type NarrowedFiles = {
  readonly files: readonly NarrowedFile[];
  readonly dropped: readonly DroppedRole[];
};

function groupByRole(proposals: readonly UsageProposal[]): ReadonlyMap<string, readonly UsageProposal[]> {
  const groups = new Map<string, UsageProposal[]>();
  for (const each of proposals) groups.set(each.role, [...(groups.get(each.role) ?? []), each]);
  return groups;
}

async function narrowFile(
  config: Config,
  role: string,
  proposals: readonly UsageProposal[],
): Promise<NarrowedFile> {
  const text = await readFile(join(config.folder, 'roles', `${role}.yml`), 'utf8');
  const edits = proposals.map(({ edit }) => edit);
  return { role, proposals, text: writeNarrowed(text, edits) };
}

/** Loads the configuration as it would be with these files. */
function loadWith(config: Config, files: readonly NarrowedFile[]) {
  return useTemporaryFolder(async folder => {
    await cp(config.folder, folder, { recursive: true });
    for (const { role, text } of files) await writeFile(join(folder, 'roles', `${role}.yml`), text);
    return loadConfig(folder);
  });
}

type DroppedRole = { readonly role: string; readonly why: string };

/** Finds the roles whose files do not stand: refused, not proved, or an exchange that would end otherwise. */
async function findDropped(
  config: Config,
  files: readonly NarrowedFile[],
  events: readonly Claims[],
  now: number,
): Promise<DroppedRole[]> {
  const { config: after, complaints } = await loadWith(config, files);
  if (!after) {
    const named = files.filter(({ role }) =>
      complaints.some(({ place }) => place.file.endsWith(`/roles/${role}.yml`)),
    );
    return (named.length > 0 ? named : files).map(({ role }) => ({ role, why: 'the loader refuses it' }));
  }
  const { roles } = compareConfigs(config, after, { findSample: findSampleClaims, from: now });
  const wider = roles
    .filter(isWidening)
    .map(({ role }) => ({ role, why: 'it could not be proved to be narrower' }));
  const otherwise = events
    .filter(event => files.some(({ role }) => role === event['role']))
    .filter(event => (judgeReplay(event, after) ?? 'same') !== (judgeReplay(event, config) ?? 'same'))
    .map(event => ({ role: String(event['role']), why: 'an exchange of the log would end otherwise' }));
  return [...wider, ...otherwise];
}

/** Proves and replays what is proposed, role by role. What does not stand is left out, and said. */
export async function narrowRoles(
  config: Config,
  proposals: readonly UsageProposal[],
  events: readonly Claims[],
  now: number,
): Promise<NarrowedFiles> {
  const dropped = new Map<string, string>();
  const groups = [...groupByRole(proposals)];
  let files = await Promise.all(groups.map(([role, own]) => narrowFile(config, role, own)));
  while (files.length > 0) {
    const found = await findDropped(config, files, events, now);
    if (found.length === 0) break;
    for (const { role, why } of found) dropped.set(role, why);
    files = files.filter(({ role }) => !dropped.has(role));
  }
  return { files, dropped: [...dropped].map(([role, why]) => ({ role, why })) };
}
