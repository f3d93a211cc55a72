import {
  type ApprovalDemand,
  type DemandCheck,
  type Demanding,
  type DemandWhy,
  listDemands,
  type Person,
  type Unblocked,
} from '../../policy/demand.ts';

function formatMoment(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000', '');
}

/** Seconds in minutes or hours, as a role has them. */
export function formatLength(seconds: number): string {
  return seconds % 3600 === 0 ? `${seconds / 3600}h` : `${seconds / 60}m`;
}

/** Who unblocked it: by the name that broker.yml has for them, else by the id. */
export function nameApprover(unblocked: Unblocked, people: readonly Person[]): string {
  return people.find(each => each.id === unblocked.by)?.name ?? unblocked.by;
}

/** Describes a demand: an approval, or else that the job runs. */
export function describeDemand(wanted: ApprovalDemand | undefined): string {
  if (!wanted) return 'the job of the token runs';
  const { step, by, within } = wanted;
  const names = by.map(each => each.name).join(', ');
  return `the block step "${step}" of its build was unblocked by one of ${names}, at most ${formatLength(within)} ago`;
}

/** Describes what a role demands of a job of this issuer. */
export function describeDemands(role: Demanding, issuer: string): string[] {
  return listDemands(role, issuer).map(demand =>
    describeDemand(demand === 'approval' ? role.approval : undefined),
  );
}

const WHY: { readonly [why in DemandWhy]: string } = {
  holds: '',
  suspended: ': suspended by an operator for now',
  finished: ': it has ended',
  unknown: ': no event has told of it',
  not_unblocked: ': nobody has unblocked it',
  other_person: '',
  too_old: '',
};

const VALUES = { true: 'yes       ', false: 'no        ', doubt: 'in doubt  ' } as const;

function describeDemandCheck(check: DemandCheck): string {
  const { truth, why, wanted, unblocked } = check;
  const found = wanted && unblocked && unblocked.step === wanted.step ? unblocked : undefined;
  const who = found ? `, here by ${nameApprover(found, wanted?.by ?? [])} at ${formatMoment(found.at)}` : '';
  return `    ${VALUES[truth]}${describeDemand(wanted)}${who}${WHY[why]}`;
}

/** Writes what the role demands of the job, one line each. */
export function formatDemands(checks: readonly DemandCheck[] = []): string[] {
  return checks.length === 0 ? [] : ['  demanded of the job:', ...checks.map(describeDemandCheck)];
}
