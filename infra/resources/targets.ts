import type { Config } from '../../lib/config/load.ts';
import type { Complaints } from '../../lib/language/complaint.ts';
import type { Place } from '../../lib/language/tree.ts';
import type { IamStatement } from '../cloudformation.ts';
import { allow } from '../cloudformation.ts';
import type { DeployOptions } from '../options.ts';
import { locateInService, OPTIONS_PATH } from '../place.ts';
import {
  INLINE_LIMIT,
  MANAGED_LIMIT,
  MANAGED_POLICIES,
  type Placement,
  placeArns,
  type Room,
} from './placement.ts';

const NOTHING: Placement = { inline: undefined, attached: [], left: 0 };

type TargetBounds = Pick<DeployOptions, 'targets' | 'orgId'> & { readonly room: Room };

type AimedRole = { readonly role: string; readonly arn: string };

function listAimedRoles(config: Config): readonly AimedRole[] {
  return config.roles.flatMap(({ name, template }) =>
    template.kind === 'aws' && template.via === 'assume_role' ? [{ role: name, arn: template.role_arn }] : [],
  );
}

/**
 * The target roles that the broker's own role becomes: each once, in order, so that the same roles give the same policy.
 * Those via web_identity trust our JWT.
 */
export function listTargetArns(config: Config): readonly string[] {
  return [...new Set(listAimedRoles(config).map(each => each.arn))].sort();
}

/** The right to become these. STS asks for all three actions when tags and a source identity come along. */
export function allowAssuming(arns: readonly string[], orgId: string | undefined): IamStatement {
  const within = orgId === undefined ? {} : { Condition: { StringEquals: { 'aws:ResourceOrgID': orgId } } };
  return allow('BecomeTargets', ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'], arns, within);
}

/** As IAM matches ARNs: * is any characters, / too. */
function isArnCovered(pattern: string, arn: string): boolean {
  return new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(arn);
}

function readArnName(arn: string): string {
  return arn.slice(arn.indexOf(':role/') + ':role/'.length);
}

function findSharedStart(names: readonly string[]): string {
  return names.reduce((start, name) => {
    let length = 0;
    while (length < start.length && start[length] === name[length]) length++;
    return start.slice(0, length);
  }, names[0] ?? '');
}

/** A pattern that covers them all, when their names begin alike. */
function suggestPattern(arns: readonly string[]): string {
  const start = findSharedStart(arns.map(readArnName));
  const partition = arns[0]?.split(':')[1] ?? 'aws';
  return start === ''
    ? `arn:${partition}:iam::*:role/kite-sts/*, with every target role below that path`
    : `arn:${partition}:iam::*:role/${start}*`;
}

function locateOption(path: string): Place {
  return locateInService(`${OPTIONS_PATH}${path}`);
}

function checkPatterns(config: Config, targets: readonly string[], complaints: Complaints): void {
  for (const [index, pattern] of targets.entries()) {
    if (/^[*/]+$/.test(readArnName(pattern)))
      complaints
        .at(locateOption(`.targets[${index}]`))
        .wrongValue(
          'This is every role there is. Write the part of the name or path that target roles share.',
        );
  }
  for (const { role, arn } of listAimedRoles(config)) {
    if (!targets.some(pattern => isArnCovered(pattern, arn)))
      complaints
        .at(locateOption('.targets'))
        .wrongValue(`No pattern covers ${arn}, which the role ${role} names, so it could never be assumed.`);
  }
}

function complainOfSize(all: readonly string[], left: number, complaints: Complaints): void {
  complaints
    .at(locateOption('.targets'))
    .say(
      'too-many',
      `Of ${all.length} target roles ${all.length - left} fit into the ${INLINE_LIMIT} characters of a role's own policies and ${MANAGED_POLICIES} managed policies of ${MANAGED_LIMIT}, which is all that IAM takes. There are two ways on: write "targets: [${suggestPattern(all)}]" and "orgId" with the id of the AWS Organization that bounds it; or give some of the roles to a second broker, with a url of its own.`,
    );
}

/**
 * The exact ARNs while they fit into what IAM takes, since nothing is narrower; else the patterns of `targets`, which
 * the organization bounds. Complains when there is neither.
 */
export function placeTargets(config: Config, bounds: TargetBounds, complaints: Complaints): Placement {
  const { targets, orgId, room } = bounds;
  const placeWithin = (resources: readonly string[]): Placement =>
    placeArns(resources, arns => allowAssuming(arns, orgId), room);
  const arns = listTargetArns(config);
  if (arns.length === 0) return NOTHING;
  const exact = placeWithin(arns);
  if (exact.left === 0) return exact;
  if (targets.length === 0 || orgId === undefined) {
    complainOfSize(arns, exact.left, complaints);
    return NOTHING;
  }
  checkPatterns(config, targets, complaints);
  // As many as an option may have, at their longest, fit.
  return placeWithin([...new Set(targets)].sort());
}
