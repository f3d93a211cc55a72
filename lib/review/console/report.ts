import type { Statement } from '../../policy/statement.ts';
import { JsonError, readStrictJson } from '../../token/json.ts';
import type { Differences } from '../compare/change.ts';

type Members = { readonly [member: string]: unknown };

function isReportMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A report names a statement by its id alone; what it wants stands in the files that were compared. */
function createNamedStatement(id: string): Statement {
  return {
    id,
    effect: 'trust',
    issuer: '',
    conditions: [],
    scopes: undefined,
    until: undefined,
    flat: false,
  };
}

function isShownDifference(value: unknown): boolean {
  if (value === 'undecided') return true;
  const witness = isReportMembers(value) ? value['witness'] : undefined;
  return (
    isReportMembers(witness) &&
    typeof witness['issuer'] === 'string' &&
    typeof witness['audience'] === 'string' &&
    typeof witness['now'] === 'number' &&
    isReportMembers(witness['claims'])
  );
}

function isGain(value: unknown): value is Members & { readonly statement: string } {
  if (!isReportMembers(value) || typeof value['statement'] !== 'string' || !isShownDifference(value['shown']))
    return false;
  return value['scopes'] === undefined || Array.isArray(value['scopes']);
}

function isMemberChange(value: unknown): boolean {
  return isReportMembers(value) && typeof value['member'] === 'string';
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}

const GAINS = ['gained', 'lost', 'scopesGained', 'scopesLost'] as const;
const CHANGES = ['added', 'removed', 'changed', 'renamed'];

function isRoleChange(value: unknown): value is Members {
  return (
    isReportMembers(value) &&
    (value['of'] === 'role' || value['of'] === 'registry') &&
    typeof value['role'] === 'string' &&
    CHANGES.includes(String(value['is'])) &&
    isListOf(value['opens'], kind => isReportMembers(kind) && typeof kind['name'] === 'string') &&
    isListOf(value['members'], isMemberChange) &&
    GAINS.every(list => isListOf(value[list], isGain))
  );
}

function restoreStatements(change: Members): Members {
  const lists = GAINS.map(name => {
    const gains = change[name] as readonly (Members & { readonly statement: string })[];
    return [name, gains.map(gain => ({ ...gain, statement: createNamedStatement(gain.statement) }))];
  });
  return { ...change, ...Object.fromEntries(lists) };
}

function isIssuerChange(value: unknown): boolean {
  return (
    isReportMembers(value) &&
    typeof value['issuer'] === 'string' &&
    isListOf(value['members'], isMemberChange)
  );
}

/** Reads what `kite-sts diff --json` printed; undefined where the text is none. All of it is somebody else's text. */
export function readDiffReport(text: string): Differences | undefined {
  try {
    const read = readStrictJson(text);
    if (!isReportMembers(read)) return undefined;
    const { roles, issuers, guardrails } = read;
    const fits =
      isListOf(roles, isRoleChange) &&
      isListOf(issuers, isIssuerChange) &&
      isListOf(guardrails, isMemberChange);
    if (!fits) return undefined;
    const changes = (roles as readonly Members[]).map(restoreStatements);
    return { roles: changes, issuers, guardrails } as unknown as Differences;
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}
