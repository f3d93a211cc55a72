import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, loadConfig } from '../../config/load.ts';
import type { UsageProposal } from '../../estate/usage/proposal.ts';
import { findSampleClaims } from '../../jobs/sample.ts';
import type { Claims } from '../../policy/claims.ts';
import { writeNarrowed } from '../../review/author/narrow.ts';
import { compareConfigs, isWidening } from '../../review/compare/change.ts';
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
  readonly dropped: readonly { readonly role: string; readonly why: string }[];
};

function groupByRole(proposals: readonly UsageProposal[]): ReadonlyMap<string, readonly UsageProposal[]> {
  const groups = new Map<string, UsageProposal[]>();
  for (const each of proposals) groups.set(each.role, [...(groups.get(each.role) ?? []), each]);
  return groups;
}

async function writeAll(
  config: Config,
  groups: ReadonlyMap<string, readonly UsageProposal[]>,
): Promise<NarrowedFile[]> {
  return Promise.all(
    [...groups].map(async ([role, proposals]) => {
      const text = await readFile(join(config.folder, 'roles', `${role}.yml`), 'utf8');
      return {
        role,
        proposals,
        text: writeNarrowed(
          text,
          proposals.map(({ edit }) => edit),
        ),
      };
    }),
  );
}

/** The configuration as it would be with these files, in a folder of its own that goes again. */
function loadWith(config: Config, files: readonly NarrowedFile[]) {
  const folder = mkdtempSync(join(tmpdir(), 'kite-sts-usage-'));
  try {
    cpSync(config.folder, folder, { recursive: true });
    for (const { role, text } of files) writeFileSync(join(folder, 'roles', `${role}.yml`), text);
    return loadConfig(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Fault = { readonly role: string; readonly why: string };

/** Why the files of some roles do not stand: refused, not proved, or an exchange that would end otherwise. */
function findFaults(
  config: Config,
  files: readonly NarrowedFile[],
  events: readonly Claims[],
  now: number,
): Fault[] {
  const { config: after, complaints } = loadWith(config, files);
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
  let files = await writeAll(config, groupByRole(proposals));
  while (files.length > 0) {
    const faults = findFaults(config, files, events, now);
    if (faults.length === 0) break;
    for (const { role, why } of faults) dropped.set(role, why);
    files = files.filter(({ role }) => !dropped.has(role));
  }
  return { files, dropped: [...dropped].map(([role, why]) => ({ role, why })) };
}
