import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { importAws } from '../../../../lib/review/author/import/aws.ts';
import {
  type ImportedPolicy,
  listNotes,
  writeImportedRole,
} from '../../../../lib/review/author/import/imported.ts';
import { importOcto, OctoRefused } from '../../../../lib/review/author/import/octo.ts';
import { readTrustStatements } from '../../../../lib/review/targets/trust.ts';
import { findPreset } from '../../../../lib/token/presets.ts';
import { compileText, rowsFrom, settingOf } from '../../../harness/policy.ts';

/** A policy in the form of those that people have in public, and what it becomes here. */
type Sample = {
  readonly name: string;
  readonly policy: object;
  readonly becomes: 'role' | 'draft' | 'refused';
  /** The claims of each statement that was carried. */
  readonly claims?: readonly object[];
  /** What is said of one that was not. */
  readonly says?: string;
};

function samplesOf(file: string): readonly Sample[] {
  return JSON.parse(readFileSync(new URL(`./${file}`, import.meta.url), 'utf8'));
}

const SETTING = { app: 'Iv23liAbCdEfGhIjKlMn', owner: 'harbor' };
const ARN = 'arn:aws:iam::111122223333:role/deploy';

function readOcto(policy: object): ImportedPolicy {
  return importOcto(
    { ...policy },
    { ...SETTING, repository: 'repositories' in policy ? undefined : 'crane' },
  );
}
function readAws(policy: object): ImportedPolicy {
  const statements = readTrustStatements(JSON.parse(JSON.stringify(policy)));
  const entrances = statements.filter(({ actions }) => actions.includes('sts:AssumeRoleWithWebIdentity'));
  return importAws({ arn: ARN, statements: entrances });
}

/** A broker.yml with the rows that the notes ask for. */
function settingFor(issuers: readonly string[]) {
  const rows = [...new Set(issuers)].map(iss => {
    const preset = findPreset(iss);
    return preset === undefined
      ? `- { issuer: "${iss}", jwks_uri: "${iss}/jwks", single_tenant: true }`
      : `- { preset: ${preset}, issuer: "${iss}" }`;
  });
  return rows.length === 0 ? settingOf() : settingOf(rowsFrom(rows.join('\n')));
}

function outcomeOf(
  read: (policy: object) => ImportedPolicy,
  policy: object,
): Pick<Sample, 'becomes' | 'claims' | 'says'> {
  try {
    const made = read(policy);
    const drafts = made.trust.flatMap(({ draft }) => draft ?? []);
    const { role, complaints } = compileText(
      writeImportedRole(made),
      settingFor(drafts.map(({ iss }) => iss)),
    );
    const says = listNotes(made)
      .map(note => note.says)
      .join(' ');
    if (!role) return { becomes: 'draft', says: drafts.length === 0 ? says : JSON.stringify(complaints) };
    return { becomes: 'role', claims: drafts.map(({ claims }) => claims), says };
  } catch (error) {
    if (!(error instanceof OctoRefused)) throw error;
    return { becomes: 'refused', says: error.message };
  }
}

const KINDS = [
  ['octo-sts', 'octo.json', readOcto, 0.85],
  ['AWS', 'aws.json', readAws, 0.95],
] as const;

describe.each(KINDS)('what people have of %s', (_kind, file, read, rate) => {
  const samples = samplesOf(file);

  test.each(samples.map(each => [each.name, each] as const))(
    '%s',
    (_name, { policy, becomes, claims, says }) => {
      const outcome = outcomeOf(read, policy);
      expect(outcome.becomes).toBe(becomes);
      if (claims) expect(outcome.claims).toEqual(claims);
      expect(outcome.says).toContain(says ?? '');
    },
  );

  test('becomes a role that works, of what its owner could use there', () => {
    const usable = samples.filter(({ becomes }) => becomes !== 'refused');
    const roles = samples.filter(({ becomes }) => becomes === 'role');
    expect(samples.length).toBeGreaterThanOrEqual(60);
    expect(roles.length / usable.length).toBeGreaterThanOrEqual(rate);
  });
});
