import { type Claims, type ClaimValue, isMapping } from '../../policy/claims.ts';
import type { Role } from '../../policy/role.ts';
import { countValues, type UsedValue } from './usage.ts';

/** The acts of one role's sessions in AWS, by CloudTrail: a report, from which a person may write a policy. Never a patch (T96). */
export type TrailUsage = {
  readonly role: string;
  readonly sessions: number;
  /** As `service:Event`: mostly, but not always, the name of an action of IAM. */
  readonly seen: readonly UsedValue[];
  readonly refused: readonly UsedValue[];
  /** Seconds from the issue of a session to the last that it did, the longest of all. */
  readonly longest: number;
};

export type TrailReport = {
  readonly roles: readonly TrailUsage[];
  /** Sessions that the broker's role opened, and of which no audit event tells. */
  readonly untold: readonly { readonly session: string; readonly arn: string }[];
  /** Services of which no data event is in the trail: what was done to objects, items and messages is not seen. */
  readonly unlogged: readonly string[];
  /** Services that are seen, and of which nothing should be concluded without a person. */
  readonly forPeople: readonly string[];
};

function readTrailMember(value: ClaimValue | undefined, ...path: readonly string[]): ClaimValue | undefined {
  return path.reduce<ClaimValue | undefined>((at, name) => (isMapping(at) ? at[name] : undefined), value);
}

function readTrailText(value: ClaimValue | undefined, ...path: readonly string[]): string {
  const found = readTrailMember(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** Services whose work on data CloudTrail has only where a trail says so. */
const DATA_SERVICES = ['dynamodb', 'lambda', 's3', 'sns', 'sqs'];
const FOR_PEOPLE = ['iam', 'kms', 'sts'];

type Session = { readonly arn: string; readonly name: string; readonly at: number };

/** Sessions that the broker's own role opened, by the id of the key that AWS gave: nobody else can have had those. */
function listSessions(events: readonly Claims[], broker: string): ReadonlyMap<string, Session> {
  return new Map(
    events
      .filter(
        event =>
          readTrailText(event, 'eventSource') === 'sts.amazonaws.com' &&
          readTrailText(event, 'eventName') === 'AssumeRole' &&
          event['errorCode'] === undefined &&
          readTrailText(event, 'userIdentity', 'sessionContext', 'sessionIssuer', 'arn') === broker,
      )
      .map(event => [
        readTrailText(event, 'responseElements', 'credentials', 'accessKeyId'),
        {
          arn: readTrailText(event, 'requestParameters', 'roleArn'),
          name: readTrailText(event, 'requestParameters', 'roleSessionName'),
          at: Date.parse(readTrailText(event, 'eventTime')) / 1000,
        },
      ]),
  );
}

const REFUSED = /^(AccessDenied|.*UnauthorizedOperation|AccessDeniedException|.*NotAuthorized.*)$/;

type Done = {
  readonly action: string;
  readonly time: number;
  readonly refused: boolean;
  readonly session: Session;
};

function listDone(events: readonly Claims[], sessions: ReadonlyMap<string, Session>): Done[] {
  return events.flatMap(event => {
    const session = sessions.get(readTrailText(event, 'userIdentity', 'accessKeyId'));
    if (!session || readTrailText(event, 'userIdentity', 'type') !== 'AssumedRole') return [];
    const service = readTrailText(event, 'eventSource').replace('.amazonaws.com', '');
    return [
      {
        action: `${service}:${readTrailText(event, 'eventName')}`,
        time: Date.parse(readTrailText(event, 'eventTime')) / 1000,
        refused: REFUSED.test(readTrailText(event, 'errorCode')),
        session,
      },
    ];
  });
}

function describeDone(role: string, sessions: number, done: readonly Done[]): TrailUsage {
  const count = (refused: boolean): UsedValue[] =>
    countValues(done.filter(each => each.refused === refused).map(each => [each.action, each.time]));
  const spans = done.map(each => each.time - each.session.at);
  return { role, sessions, seen: count(false), refused: count(true), longest: Math.max(0, ...spans) };
}

function listUnlogged(roles: readonly Role[], events: readonly Claims[]): string[] {
  const logged = new Set(
    events
      .filter(event => readTrailText(event, 'eventCategory') === 'Data')
      .map(event => readTrailText(event, 'eventSource').replace('.amazonaws.com', '')),
  );
  const named = JSON.stringify(
    roles.flatMap(each => (each.template.kind === 'aws' ? [each.template.policy] : [])),
  );
  const open = roles.some(each => each.template.kind === 'aws' && !each.template.policy);
  return DATA_SERVICES.filter(service => !logged.has(service) && (open || named.includes(`"${service}:`)));
}

/**
 * Describes the sessions that the broker opened, as CloudTrail has them. `roleOf` tells of which of our roles a session is, by its
 * name in the audit events; `broker` is the ARN of the role that the broker runs as.
 */
export function describeTrail(
  events: readonly Claims[],
  roles: readonly Role[],
  { broker, roleOf }: { readonly broker: string; readonly roleOf: ReadonlyMap<string, string> },
): TrailReport {
  const sessions = listSessions(events, broker);
  const done = listDone(events, sessions);
  const names = [...new Set([...sessions.values()].flatMap(each => roleOf.get(each.name) ?? []))].sort();
  return {
    roles: names.map(role => {
      const own = [...sessions.values()].filter(each => roleOf.get(each.name) === role);
      return describeDone(
        role,
        own.length,
        done.filter(each => roleOf.get(each.session.name) === role),
      );
    }),
    untold: [...sessions.values()]
      .filter(each => !roleOf.has(each.name))
      .map(each => ({ session: each.name, arn: each.arn })),
    unlogged: listUnlogged(roles, events),
    forPeople: FOR_PEOPLE.filter(service => done.some(each => each.action.startsWith(`${service}:`))),
  };
}

/** The events of what `lookup-events` prints, or of a file of a trail. */
export function readTrail(value: ClaimValue, read: (text: string) => ClaimValue): Claims[] {
  const records = readTrailMember(value, 'Records');
  const looked = readTrailMember(value, 'Events');
  if (Array.isArray(records)) return records.filter(isMapping);
  if (!Array.isArray(looked)) return [];
  return looked.map(event => read(readTrailText(event, 'CloudTrailEvent'))).filter(isMapping);
}
