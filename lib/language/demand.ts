import type { ApprovalDemand, Person } from '../policy/demand.ts';
import type { IssuerFacts } from '../policy/issuer.ts';
import type { Statement } from '../policy/statement.ts';
import type { Complaints, ComplaintsAt } from './complaint.ts';
import { list, object, type Placed, placed, refined, required, type Shape, text, truth } from './shape.ts';

/** Names of people and of groups in broker.yml, each with those whom it stands for. */
export type People = ReadonlyMap<string, readonly Person[]>;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** The longest that an approval may count, in seconds. What is kept of it is kept longer. */
export const LONGEST_WITHIN = 7 * 24 * 60 * 60;

const LENGTH = text({ pattern: /^[1-9]\d{0,3}[mh]$/, says: 'a length of time such as 30m or 1h' });

/** A length of time in minutes or hours, of at most a week, in seconds. */
export const lengthOfTime: Shape<number> = refined(LENGTH, (written, here) => {
  const seconds = Number(written.slice(0, -1)) * (written.endsWith('h') ? HOUR : MINUTE);
  return seconds <= LONGEST_WITHIN ? seconds : here.wrongValue(`At most 168h, not ${written}.`);
});

const STEP = text({
  max: 100,
  pattern: /^[A-Za-z0-9_:-]+$/,
  says: 'the key of a block step, such as release',
});

const APPROVAL = object({
  step: required(STEP),
  by: required(list(placed(text({ max: 64 })), 20)),
  within: required(lengthOfTime),
});

type ApprovalText = NonNullable<ReturnType<typeof APPROVAL.read>>;

/** `running` of a role file. */
export const RUNNING = placed(truth);
/** `approval` of a role file. */
export const APPROVED = placed(APPROVAL);

/** The members as they were read; undefined where there is none, or it was complained of. */
export type DemandsRead = {
  readonly running: ReturnType<typeof RUNNING.read>;
  readonly approval: ReturnType<typeof APPROVED.read>;
};

/** The setting that demands are compiled against. */
type DemandSetting = {
  readonly trust: readonly Statement[];
  readonly issuers: ReadonlyMap<string, IssuerFacts>;
  readonly people: People;
};

/** Of vendors that send no events, and yet say in a claim that somebody had to approve. */
const BY_CLAIM: { readonly [issuer: string]: string } = {
  'https://token.actions.githubusercontent.com':
    ' GitHub says by the claim environment that the rules of that environment were passed: bind environment.',
  'https://gitlab.com':
    ' GitLab says by its claims environment_protected and deployment_tier which environment it is: bind those.',
};

/** Without events nothing could ever be known of the job, so nobody could have the role. */
function complainOfSilence(what: string, setting: DemandSetting, here: ComplaintsAt): void {
  for (const { id, issuer } of setting.trust) {
    if (setting.issuers.get(issuer)?.events) continue;
    const says = `${what} needs events, and ${issuer}, which ${id} trusts, sends none: its row in broker.yml has no events.`;
    here.say('demand-refused', `${says}${BY_CLAIM[issuer] ?? ''}`);
  }
}

/** Those who may approve, each once, by the names of broker.yml. */
function findPeople(names: readonly Placed<string>[], people: People, complaints: Complaints): Person[] {
  const says = 'broker.yml names no person and no group';
  const hint = ' People are named there with the id that Buildkite knows them by.';
  const found = names.flatMap(name => {
    const meant = people.get(name.value);
    if (!meant) complaints.at(name).unknownName('demand-refused', says, name.value, people.keys(), hint);
    return meant ?? [];
  });
  return [...new Map(found.map(person => [person.id, person])).values()];
}

/** Compiles the demands of a role on the job; complains of what could never be met. */
export function compileDemands(
  demands: DemandsRead,
  setting: DemandSetting,
  complaints: Complaints,
): { running?: true; approval?: ApprovalDemand } {
  const { running, approval } = demands;
  if (running) {
    const here = complaints.at(running);
    if (!running.value)
      here.say('demand-refused', 'Leave running out: false takes back nothing that a row demands.');
    complainOfSilence('running', setting, here);
  }
  if (approval) complainOfSilence('approval', setting, complaints.at(approval));
  return {
    ...(running?.value ? { running: true } : {}),
    ...(approval ? { approval: compileApproval(approval.value, setting.people, complaints) } : {}),
  };
}

function compileApproval(read: ApprovalText, people: People, complaints: Complaints): ApprovalDemand {
  const { step, by, within } = read;
  return { step, by: findPeople(by, people, complaints), within };
}
