import { describeKinds, type JobKind } from '../../jobs/kind.ts';
import { formatWitness } from '../../review/compare/report.ts';
import { ROLE_KINDS } from '../aws/kind.ts';
import type { Migration } from '../aws/migrate.ts';
import { DANGERS, describeWho, type ExposureDanger, judgeExposure } from '../exposure.ts';
import type { MigratedRole } from '../migrated-role.ts';

/** A kind of job, as a reader needs it. */
type ReportedKind = { readonly name: string; readonly says: string; readonly danger: JobKind['danger'] };

/** One direct trust, in words. */
export type ReportRow = {
  readonly danger: ExposureDanger;
  /** Its name where it is: an ARN, a file, a path. */
  readonly source: string;
  readonly name: string;
  readonly account: string;
  readonly team: string | undefined;
  readonly who: readonly {
    readonly says: string;
    readonly issuer: string;
    readonly danger: ExposureDanger;
  }[];
  readonly kinds: readonly ReportedKind[];
  /** How far its rights reach, where that is more than it seems. */
  readonly reach: string | undefined;
  readonly role: string | undefined;
  readonly verdict: 'admits the same' | 'narrower' | 'by hand' | 'moved';
  /** Kinds of jobs that the broker's role admits instead. */
  readonly instead: readonly string[];
  /** A job that had it and has it no more. */
  readonly shown: string | undefined;
  readonly notes: readonly string[];
  readonly state: MigratedRole['direct'];
  readonly deleteWhen: string;
  readonly lastUsed: string;
};

/** All that a report says, whichever way it is written. */
export type Report = {
  /** ISO 8601. */
  readonly made: string;
  readonly accounts: readonly string[];
  readonly counts: readonly {
    readonly danger: ExposureDanger;
    readonly says: string;
    readonly count: number;
  }[];
  readonly rows: readonly ReportRow[];
  readonly open: number;
  readonly others: readonly { readonly source: string; readonly says: string }[];
  readonly keys: readonly {
    readonly user: string;
    readonly account: string;
    readonly says: string;
    readonly days: number;
  }[];
  readonly gaps: readonly string[];
};

/** The meaning of each danger, for whoever has to judge it. */
const DANGER_SAYS: { readonly [danger in ExposureDanger]: string } = {
  anyone: 'open to people who do not work here: any organization can have it',
  outsider: 'a job that anyone from outside can cause has it, such as a pull request or a comment',
  'any-pipeline': 'every pipeline or repository of the organization has it',
  colleague: 'a colleague without further rights can have it, by a branch, a tag or a build by hand',
  expected: 'the jobs that were meant',
  nobody: 'nobody has it by a token',
};

const REACH: { readonly [reach in MigratedRole['aws']['rights']['reach']]: string | undefined } = {
  administrator: 'may do everything in the account',
  identities: 'may change who may do what',
  other: undefined,
};

const VERDICTS = { same: 'admits the same', narrower: 'narrower' } as const;

function readVerdict(role: MigratedRole): ReportRow['verdict'] {
  if (role.direct === 'gone') return 'moved';
  const is = role.proposed?.verdict.is;
  return is === undefined || is === 'wider' ? 'by hand' : VERDICTS[is];
}

function describeLastUsed(lastUsed: string | null | undefined): string {
  return lastUsed === undefined ? 'not in the dump' : lastUsed === null ? 'never' : lastUsed.slice(0, 10);
}

function describeRow(migrated: MigratedRole): ReportRow {
  const { aws, account, team, exposures, danger, proposed, notes, admits, direct, deleteWhen } = migrated;
  const verdict = proposed?.verdict;
  const kinds = new Map(exposures.flatMap(each => each.kinds).map(kind => [kind.name, kind]));
  return {
    danger,
    source: aws.arn,
    name: aws.name,
    account,
    team,
    who: exposures.map(each => ({
      says: describeWho(each),
      issuer: each.issuer,
      danger: judgeExposure(each),
    })),
    kinds: [...kinds.values()].map(({ name, says, danger: by }) => ({ name, says, danger: by })),
    reach: REACH[aws.rights.reach],
    role: proposed?.name,
    verdict: readVerdict(migrated),
    instead: admits,
    shown: verdict && 'shown' in verdict && verdict.shown ? formatWitness(verdict.shown) : undefined,
    notes,
    state: direct,
    deleteWhen,
    lastUsed: describeLastUsed(aws.lastUsed),
  };
}

const DAY = 86_400;

function describeKey(key: Migration['keys'][number], now: number): Report['keys'][number] {
  const days = Math.max(0, Math.floor((now - Date.parse(key.created) / 1000) / DAY));
  const name = key.ends === '' ? 'a key' : `the key that ends in ${key.ends}`;
  const used =
    key.lastUsed === undefined
      ? ''
      : `, last used ${key.lastUsed === 'N/A' ? 'never' : key.lastUsed.slice(0, 10)}`;
  const says = `${name}, ${key.active ? 'active' : 'switched off'}, ${days} days old${used}`;
  return { user: key.user, account: key.account, says, days };
}

/** Describes a migration in words, the worst first. */
export function describeMigration(migration: Migration): Report {
  const rows = migration.roles.map(describeRow);
  return {
    made: new Date(migration.now * 1000).toISOString(),
    accounts: migration.accounts,
    counts: [...DANGERS].reverse().map(danger => ({
      danger,
      says: DANGER_SAYS[danger],
      count: rows.filter(row => row.danger === danger).length,
    })),
    rows,
    open: rows.filter(each => each.state !== 'gone').length,
    others: migration.others.map(({ aws, kinds }) => ({
      source: aws.arn,
      says: [
        ...kinds.map(kind => ROLE_KINDS[kind]),
        ...(aws.unreadable === undefined ? [] : [aws.unreadable]),
      ].join('; '),
    })),
    keys: migration.keys.map(key => describeKey(key, migration.now)),
    gaps: migration.gaps,
  };
}

/** Those of the kinds that others can cause, and how many there are beside. */
export function summarizeKinds(kinds: readonly ReportedKind[]): string {
  const dangerous = kinds.filter(each => each.danger !== undefined);
  const told = describeKinds(dangerous as unknown as readonly JobKind[]);
  const others = kinds.length - dangerous.length;
  return [told, others > 0 ? `${others} kinds that are meant` : ''].filter(Boolean).join(', and ');
}
