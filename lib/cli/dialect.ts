import { compileIssuerRow } from '../config/issuers.ts';
import { readSource } from '../config/sources.ts';
import { Complaints } from '../language/complaint.ts';
import { parse } from '../language/parse.ts';
import { findEntry, type Tree } from '../language/tree.ts';
import { lintDialect } from '../review/lint/dialect.ts';
import type { LintFinding } from '../review/lint/rule.ts';
import type { IssuerRow } from '../token/issuer.ts';
import { findPreset } from '../token/presets.ts';

/** https://buildkite.com/docs/package-registries/security/oidc#define-an-oidc-policy */
const SUPPORTED = ['buildkite', 'github-actions', 'circleci'];

function createDialectRow(issuer: string): IssuerRow | undefined {
  const preset = findPreset(issuer);
  if (preset === undefined || !SUPPORTED.includes(preset)) return undefined;
  const tree = parse('', JSON.stringify({ preset, issuer }), new Complaints());
  return tree && compileIssuerRow(tree, new Complaints());
}

function listDialectIssuers(tree: Tree): ReadonlyMap<string, IssuerRow> {
  const named = (tree.kind === 'list' ? tree.items : []).flatMap(item => {
    const iss = findEntry(item, 'iss')?.value;
    return iss?.kind === 'scalar' ? [String(iss.value)] : [];
  });
  return new Map(named.flatMap(iss => createDialectRow(iss) ?? []).map(row => [row.issuer, row]));
}

/** Finds what is wrong in a file with a policy for the page of a Buildkite registry. */
export function findDialectFindings(file: string): readonly LintFinding[] {
  const complaints = new Complaints();
  const source = readSource(file, complaints);
  const tree = source === undefined ? undefined : parse(file, source, complaints);
  return tree && complaints.all.length === 0
    ? lintDialect(tree, listDialectIssuers(tree))
    : complaints.all.map(complaint => ({ ...complaint, level: 'error' }));
}
