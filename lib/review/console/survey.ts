import { findTeams } from '../../config/teams.ts';
import type { JobKind } from '../../jobs/kind.ts';
import { findFamily } from '../../jobs/scenarios.ts';
import type { Role } from '../../policy/role.ts';
import { judgeJobs } from '../compare/jobs.ts';
import { siftFindings } from '../lint/ignore.ts';
import { createLinted, type Linted } from '../lint/linted.ts';
import type { LintFinding, LintSetting } from '../lint/rule.ts';
import { LINT_RULES } from '../lint/rules.ts';
import { nameRoleFile, type PageData, type WrittenRole } from './held.ts';
import { type RoleTrials, runRoleTrials } from './trials.ts';
import { describeWideTarget } from './wide.ts';

/** A kind of job that a role admits, by the vendor's word: `github/pull_request`. */
export type AdmittedKind = { readonly name: string; readonly kind: JobKind };

/** All that a person may look for in a role, beside its text. */
export type RoleSurvey = {
  readonly role: Role;
  readonly team: string | undefined;
  readonly kinds: readonly AdmittedKind[];
  readonly findings: readonly LintFinding[];
  /** How far its credential reaches, where nothing narrows it. */
  readonly wide: string | undefined;
  readonly trials: RoleTrials;
};

/** Finds the team of a role; undefined where no teams.yml is. */
export function findTeamOnPage(role: string, data: Pick<PageData, 'teams'>): string | undefined {
  return data.teams && findTeams(role, data.teams.teams)[0]?.[0];
}

/** The word of a vendor, as test cases have it, or the preset's own name. */
function nameVendor(preset: string | undefined): string {
  return findFamily(preset)?.word ?? preset ?? '';
}

/** Lists the kinds of jobs that a role admits, those that others can cause first. */
export function listAdmittedKinds(role: Role, rows: PageData['rows']): AdmittedKind[] {
  const found = judgeJobs(role, rows).flatMap(({ statement, jobs }) => {
    const vendor = nameVendor(rows.get(statement.issuer)?.preset);
    return jobs
      .filter(({ answer }) => answer === 'admits')
      .map(({ kind }): [string, AdmittedKind] => {
        const name = `${vendor}/${kind.name}`;
        return [name, { name, kind }];
      });
  });
  return [...new Map(found).values()].sort((a, b) => rankDanger(a) - rankDanger(b));
}

function rankDanger({ kind }: AdmittedKind): number {
  return kind.danger === 'outsider' ? 0 : kind.danger === 'colleague' ? 1 : 2;
}

/** The parts that lint needs of all roles, made once. */
export type SurveyGround = {
  readonly data: PageData;
  readonly setting: LintSetting;
  readonly linted: ReadonlyMap<string, Linted>;
};

/** Prepares a survey of all roles. `now` is in seconds. */
export function createSurveyGround(data: PageData, now: number): SurveyGround {
  const { rows, teams, broker, written } = data;
  const all = written.map(({ role, document }) => createLinted(role, document.tree, rows));
  const setting = { broker: broker.tree, issuers: [...rows.keys()], all, teams, now };
  return { data, setting, linted: new Map(all.map(each => [each.name, each])) };
}

/** Lints one role, whose text may be an edited one. Comments that hush a rule are heeded, in broker.yml too. */
export function lintRole(written: WrittenRole, text: string, ground: SurveyGround): LintFinding[] {
  const { data, setting, linted } = ground;
  const { role, document } = written;
  const own = linted.get(role.name);
  const each = own?.tree === document.tree ? own : createLinted(role, document.tree, data.rows);
  const found = LINT_RULES.flatMap(({ rule, level, check }) =>
    check(each, setting).map(match => ({ rule, level, ...match })),
  );
  const texts = new Map([
    [nameRoleFile(role.name), text],
    ['broker.yml', data.broker.comments],
  ]);
  // A comment of broker.yml may speak of other roles, so what it hushes here says nothing of it.
  return siftFindings(found, texts).findings.filter(
    ({ rule, place }) => rule !== 'ignore-comment' || place.file !== 'broker.yml',
  );
}

/** Looks at one role as its file has it. */
export function surveyRole(written: WrittenRole, ground: SurveyGround): RoleSurvey {
  const { data } = ground;
  const { role } = written;
  return {
    role,
    team: findTeamOnPage(role.name, data),
    kinds: listAdmittedKinds(role, data.rows),
    findings: lintRole(written, data.texts.get(role.name) ?? '', ground),
    wide: describeWideTarget(role),
    trials: runRoleTrials(role, data),
  };
}
