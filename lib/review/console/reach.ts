import type { Condition } from '../../policy/condition.ts';
import type { Role } from '../../policy/role.ts';
import type { Statement } from '../../policy/statement.ts';
import type { IssuerRow } from '../../token/issuer.ts';
import { describeTarget } from '../compare/gives.ts';
import { describeCondition } from '../explain/explain.ts';
import type { PageData } from './held.ts';

/** One line of the map: whom one trust statement lets reach a role, behind the guard of its issuer. */
export type ReachLine = {
  readonly role: Role;
  readonly statement: Statement;
  readonly issuer: string;
  readonly organization: readonly string[];
  readonly pipeline: readonly string[];
  /** All else that it wants. */
  readonly further: readonly string[];
  /** How many deny statements speak of this issuer. */
  readonly denies: number;
};

type ReachPart = 'organization' | 'pipeline' | 'further';

function classifyCondition(condition: Condition, row: IssuerRow | undefined): ReachPart {
  const { name, binds } = condition;
  if (name === row?.labels.pipeline || name === row?.pipelineId) return 'pipeline';
  return binds || name === row?.labels.organization ? 'organization' : 'further';
}

function createReach(role: Role, statement: Statement, row: IssuerRow | undefined): ReachLine {
  const { conditions, issuer } = statement;
  const all = [...conditions, ...(row?.require ?? [])];
  const saying = (part: ReachPart): string[] => [
    ...new Set(all.filter(each => classifyCondition(each, row) === part).map(describeCondition)),
  ];
  return {
    role,
    statement,
    issuer,
    organization: saying('organization'),
    pipeline: saying('pipeline'),
    further: saying('further'),
    denies: role.deny.filter(each => each.issuer === issuer).length,
  };
}

/** Who can reach what: a line for each trust statement of each role. */
export function listReaches(data: PageData): ReachLine[] {
  return data.roles.flatMap(role =>
    role.trust.map(each => createReach(role, each, data.rows.get(each.issuer))),
  );
}

/** All words of a line, for the filter. */
export function collectWords(line: ReachLine): string {
  const { role, statement, issuer, ...said } = line;
  return [
    role.name,
    role.description ?? '',
    role.template.kind,
    describeTarget(role.template),
    statement.id,
    issuer,
    ...(statement.scopes ?? []),
    ...said.organization,
    ...said.pipeline,
    ...said.further,
  ]
    .join(' ')
    .toLowerCase();
}
