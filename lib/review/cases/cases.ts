import type { Complaints, Located } from '../../language/complaint.ts';
import { parse } from '../../language/parse.ts';
import { list, object, optional, type Placed, placed, raw, required, text } from '../../language/shape.ts';
import { findEntry, type Tree } from '../../language/tree.ts';
import type { JobFacts } from '../../policy/demand.ts';
import { isBelow, isPlainPath } from '../../policy/path.ts';
import type { Role } from '../../policy/role.ts';
import type { PolicyItem } from '../compare/item.ts';
import { CASE, type CaseReading, type CaseSetting, type WrittenCase } from './cases/case.ts';
import { readCaseClaims } from './cases/claims.ts';
import type { Case, ExpectedDecision } from './trial.ts';

/** At most so many cases in one file. */
export const MAX_CASES = 200;
/** In characters: "ok" is no reason. */
const MIN_REASON = 8;

const ACCEPTED = object({
  mutant: required(text()),
  reason: required(text({ min: MIN_REASON, says: 'a reason' })),
});
const FILE = object({
  cases: required(list(raw(CASE.schema), MAX_CASES)),
  accept_survivors: optional(list(placed(ACCEPTED))),
});

/** A file of cases, for editors. */
export const casesSchema = FILE.schema;

/** A file of cases: its cases, and the mutants that no case need notice, each with the reason. */
export type CaseFile = {
  readonly cases: readonly Case[];
  readonly accepted: readonly Placed<{ readonly mutant: string; readonly reason: string }>[];
};

function readAllow(written: WrittenCase, reading: CaseReading): ExpectedDecision | undefined {
  const { allow, scopes, seconds } = written;
  const { role, complaints } = reading;
  if (!allow) return undefined;
  const ids = role.trust.map(({ id }) => id);
  if (!ids.includes(allow.value))
    complaints.at(allow).unknownName('wrong-value', `${role.name} has no trust statement`, allow.value, ids);
  return { allow: allow.value, scopes: scopes?.value, seconds: seconds?.value };
}

function readExpected(written: WrittenCase, tree: Tree, reading: CaseReading): ExpectedDecision | undefined {
  const { complaints } = reading;
  const { allow, deny, scopes, seconds } = written;
  if (!allow && !deny)
    complaints.at(tree).say('missing-key', 'A case says allow (a statement) or deny (a reason).');
  if (!deny) return readAllow(written, reading);
  if (allow) complaints.at(deny).wrongValue('A case is either allowed or denied, not both.');
  for (const granted of [scopes, seconds])
    if (granted)
      complaints
        .at(granted)
        .wrongValue('A denied case is granted nothing. What it asks for goes under request.');
  return { deny: deny.value };
}

/** Complains of members that say nothing beside this policy. */
function refuseMembers(members: readonly (Located | undefined)[], why: string, reading: CaseReading): void {
  for (const member of members) if (member) reading.complaints.at(member).say('unknown-key', why);
}

/** Who asks a registry uses a method and asks for no session; who asks for a role does the opposite. */
function complainOfMethod(written: WrittenCase, tree: Tree, reading: CaseReading): void {
  const { role, complaints } = reading;
  const { method, path, seconds, request, job, approved } = written;
  if (!('methods' in role)) {
    refuseMembers([path, method], 'A case has this beside a registry alone.', reading);
    return;
  }
  if (!method) complaints.at(tree).missingKey('method', 'in a case of a registry: how it is used');
  const [within = ''] = path?.value.split('?') ?? [];
  if (path && (!isPlainPath(within) || !isBelow(within, role.path)))
    complaints.at(path).unexpected(`a plain path below ${role.path}, such as ${role.path}/left-pad`);
  refuseMembers([job, approved], 'A registry asks nothing of the job.', reading);
  refuseMembers([seconds, request], 'A registry gives no session that could be asked for.', reading);
}

/** Reads what the case says that events told: nothing, unless it says so. */
function readCaseJob(written: WrittenCase, role: Role): JobFacts | undefined {
  const { job, approved, at: now = 0 } = written;
  if (!job && !approved) return undefined;
  const { by, step = role.approval?.step ?? '', ago = 0 } = approved?.value ?? {};
  const id = role.approval?.by.find(({ name }) => name === by)?.id ?? by;
  return {
    state: job?.value ?? 'running',
    build: job?.value === 'unknown' ? undefined : 'of the case',
    unblocked: id === undefined ? undefined : { step, by: id, at: now - ago },
  };
}

/** Without a time a case would be green today, and red on the day that a statement ends. */
function complainOfTime(written: WrittenCase, tree: Tree, reading: CaseReading): void {
  const { role, complaints } = reading;
  if (written.at !== undefined || ![...role.trust, ...role.deny].some(({ until }) => until !== undefined))
    return;
  complaints.at(tree).missingKey('at', `in each case of ${role.name}, which has a statement with until`);
}

/** Reads one entry of a file, or complains of all that is wrong with it and gives undefined. */
function readCase(tree: Tree, reading: CaseReading): Case | undefined {
  const { above, complaints } = reading;
  const written = CASE.read(tree, complaints);
  const nameTree = findEntry(tree, 'name')?.value;
  const name = written?.name.value ?? (nameTree?.kind === 'scalar' ? String(nameTree.value) : '');
  if (written && above.has(name))
    complaints.at(written.name).repeated('duplicate-id', 'cases have the name', name);
  const made = written && readCaseClaims(written, tree, reading);
  if (!above.has(name)) above.set(name, made?.base);
  if (!written) return undefined;
  const expected = readExpected(written, tree, reading);
  complainOfMethod(written, tree, reading);
  complainOfTime(written, tree, reading);
  if (!made || !expected) return undefined;
  return { name, place: tree.place, claims: made.claims, expected, ...createRequest(written, reading.role) };
}

/** How a case asks: for which access, by which method, when and from where. */
type CaseQuestion = Pick<Case, 'access' | 'method' | 'path' | 'context'>;

function createRequest(written: WrittenCase, role: PolicyItem): CaseQuestion {
  const { scopes, seconds } = written.request?.value ?? {};
  const context = { now: written.at ?? 0, sourceAddress: written.source_ip };
  return {
    access: { role: role.name, scopes, seconds, kinds: undefined },
    method: written.method?.value,
    path: written.path?.value,
    context: 'methods' in role ? context : { ...context, job: readCaseJob(written, role) },
  };
}

/**
 * Reads the text of one `<role>.test.yml`, or complains of all that is wrong with it and gives undefined:
 * a case on a claim that the issuer never sends, or on a statement that is not there, would test nothing.
 */
export function parseCases(
  file: string,
  source: string,
  setting: CaseSetting,
  complaints: Complaints,
): CaseFile | undefined {
  const before = complaints.all.length;
  const tree = parse(file, source, complaints);
  const read = tree && FILE.read(tree, complaints);
  const reading: CaseReading = { ...setting, complaints, above: new Map() };
  const cases = (read?.cases ?? []).flatMap(each => readCase(each, reading) ?? []);
  const accepted = read?.accept_survivors ?? [];
  return complaints.all.length > before ? undefined : { cases, accepted };
}
