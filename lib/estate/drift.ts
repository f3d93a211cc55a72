import type { Config } from '../config/load.ts';
import { findTeams } from '../config/teams.ts';
import { checkAllTargets } from '../review/targets/checked.ts';
import { FINDINGS, type FindingCode } from '../review/targets/findings.ts';
import { readAccountId } from '../review/targets/request.ts';
import type { TargetRole } from '../review/targets/trust.ts';
import type { AwsEstate, AwsRole } from './aws/dump.ts';
import { listRoleKinds } from './aws/kind.ts';
import { readDirectTrusts } from './direct.ts';
import { describeExposure, describeWho, judgeExposure } from './exposure.ts';
import type { ForeignTrust } from './foreign/trust.ts';

/** Kinds of drift beside all that check-targets does. docs/reference/cli-estate.md has a row for each. */
export const DRIFT = {
  'direct-trust':
    'Something trusts an OIDC issuer around the broker: whoever it lets in meets no rule of ours.',
  'anyone-trusted': 'A role lets in everyone, or a role of an account whose id AWS does not check.',
  'boundary-missing':
    'A target has no permissions boundary, which alone is a wall around what its session policy bounds.',
  'boundary-differs': 'A target has another permissions boundary than the one that is demanded.',
  'provider-added': 'The account trusts an OIDC issuer: its roles can be opened to it around the broker.',
  'static-key': 'A user has an active key that never ends.',
  'dump-incomplete': 'The dump does not hold what is needed to tell.',
} as const satisfies Record<string, string>;

export type DriftCode = keyof typeof DRIFT | FindingCode;

/** One thing that is not as it should be. */
export type DriftFinding = {
  readonly code: DriftCode;
  /** An ARN, a role of ours, or a user. */
  readonly of: string;
  readonly detail: string | undefined;
  /** The role of ours whose target it is. */
  readonly role: string | undefined;
  /** Is it one of those that were known and accepted? */
  readonly known: boolean;
};

/** Names a finding so that it is known again the next night: not by what changes by itself, such as an age. */
export function nameFinding(finding: Pick<DriftFinding, 'code' | 'of' | 'detail'>): string {
  return JSON.stringify([finding.code, finding.of, finding.detail ?? '']);
}

export function describeCode(code: DriftCode): string {
  return code in DRIFT ? DRIFT[code as keyof typeof DRIFT] : FINDINGS[code as FindingCode];
}

/** All that drift is looked for with. */
export type DriftSetting = {
  readonly broker: string;
  /** Others that may stand in a trust policy. */
  readonly also: readonly string[];
  /** The permissions boundary that every target must have. */
  readonly boundary: string | undefined;
  /** Findings that were accepted, by their names. */
  readonly accepted: ReadonlySet<string>;
  /** Trusts of other clouds and services. */
  readonly foreign: readonly ForeignTrust[];
};

type Found = Omit<DriftFinding, 'known' | 'role'> & { readonly role?: string };

function findDirectTrusts(estate: AwsEstate, config: Config, setting: DriftSetting): Found[] {
  return estate.roles.flatMap((aws): Found[] => {
    const kinds = listRoleKinds(aws, { broker: setting.broker, url: config.url });
    const exposures = kinds.includes('oidc')
      ? readDirectTrusts(aws.trust ?? [])
          .filter(each => each.issuer !== config.url)
          .map(describeExposure)
      : [];
    return [
      ...exposures.map(
        (each): Found => ({
          code: 'direct-trust',
          of: aws.arn,
          detail: `${judgeExposure(each)}: ${describeWho(each)}`,
        }),
      ),
      ...(kinds.includes('anyone')
        ? [{ code: 'anyone-trusted' as const, of: aws.arn, detail: undefined }]
        : []),
    ];
  });
}

function findForeignTrusts(setting: DriftSetting, config: Config): Found[] {
  return setting.foreign
    .filter(each => each.direct.issuer !== config.url)
    .map((each): Found => {
      const exposure = describeExposure(each.direct);
      return {
        code: 'direct-trust',
        of: each.source,
        detail: `${judgeExposure(exposure)}: ${describeWho(exposure)}`,
      };
    });
}

function listEstateTargets(estate: AwsEstate): ReadonlyMap<string, TargetRole> {
  return new Map(
    estate.roles.flatMap(({ arn, trust, maxSeconds }) =>
      trust ? [[arn, { arn, maxSeconds, statements: trust }] as const] : [],
    ),
  );
}

/** Targets of accounts of which no dump was given are not looked at, and that is said. */
function findTargetDrift(estate: AwsEstate, config: Config, setting: DriftSetting): Found[] {
  const { broker, also } = setting;
  const accounts = new Set(estate.roles.map(each => readAccountId(each.arn)));
  const checked = checkAllTargets(config.roles, listEstateTargets(estate), { broker, url: config.url, also });
  return checked.flatMap(({ role, arn, findings }): Found[] => {
    if (!accounts.has(readAccountId(arn)))
      return [{ code: 'dump-incomplete', of: arn, detail: 'no dump of its account', role }];
    return findings.map(({ code, detail }) => ({ code, of: arn, detail, role }));
  });
}

function findBoundaryDrift(
  aws: AwsRole,
  role: string,
  isBounded: boolean,
  demanded: string | undefined,
): Found[] {
  if (aws.boundary === undefined)
    return demanded !== undefined || isBounded
      ? [{ code: 'boundary-missing', of: aws.arn, detail: undefined, role }]
      : [];
  return demanded === undefined || aws.boundary === demanded
    ? []
    : [{ code: 'boundary-differs', of: aws.arn, detail: aws.boundary, role }];
}

/** Where a team has a ceiling, a wall is meant to stand behind it. */
function findBoundaries(estate: AwsEstate, config: Config, setting: DriftSetting): Found[] {
  const byArn = new Map(estate.roles.map(aws => [aws.arn, aws]));
  return config.roles.flatMap(({ name, template }) => {
    const aws = template.kind === 'aws' ? byArn.get(template.role_arn) : undefined;
    const ceiling = config.teams && findTeams(name, config.teams.teams)[0]?.[1].ceiling?.aws;
    return aws
      ? findBoundaryDrift(aws, name, ceiling !== undefined && ceiling !== 'unbounded', setting.boundary)
      : [];
  });
}

function findProviders(estate: AwsEstate, config: Config): Found[] {
  return estate.providers
    .filter(each => `https://${each.host}` !== config.url)
    .map(each => ({ code: 'provider-added', of: each.arn, detail: each.host }));
}

function findStandingKeys(estate: AwsEstate): Found[] {
  return estate.keys
    .filter(each => each.active)
    .map(({ user, account, ends, created }) => ({
      code: 'static-key',
      of: [account, user].filter(Boolean).join(' '),
      detail: [ends === '' ? '' : `ends in ${ends}`, `made ${created.slice(0, 10)}`]
        .filter(Boolean)
        .join(', '),
    }));
}

/** All that is otherwise in the accounts than our roles say, what was accepted marked as known. */
export function findDrift(estate: AwsEstate, config: Config, setting: DriftSetting): DriftFinding[] {
  const found: Found[] = [
    ...findDirectTrusts(estate, config, setting),
    ...findForeignTrusts(setting, config),
    ...findTargetDrift(estate, config, setting),
    ...findBoundaries(estate, config, setting),
    ...findProviders(estate, config),
    ...findStandingKeys(estate),
    ...estate.gaps.map((detail): Found => ({ code: 'dump-incomplete', of: 'dump', detail })),
  ];
  const byName = new Map(found.map(each => [nameFinding(each), each]));
  return [...byName].map(([name, each]) => ({ ...each, role: each.role, known: setting.accepted.has(name) }));
}

/** Names that were accepted and are found no more: whoever reads the list should take them out. */
export function listSettled(findings: readonly DriftFinding[], accepted: ReadonlySet<string>): string[] {
  const names = new Set(findings.map(nameFinding));
  return [...accepted].filter(name => !names.has(name));
}
