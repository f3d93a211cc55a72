import { POLICY_ARN, ROLE_ARN } from '../../policy/name.ts';
import type { AwsTemplate } from '../../policy/targets/aws.ts';
import type { Complaints } from '../complaint.ts';
import { list, object, oneOf, optional, raw, required, text, truth } from '../shape.ts';
import { findEntry, findValue, type Tree, toPlain } from '../tree.ts';
import { checkTemplates, type Kind, type KindSetting, type SessionLimits, writeSubject } from './kind.ts';
import { checkSessionPolicy } from './session-policy.ts';
import { checkTags, TAG_KEY, TAGS } from './tags.ts';

/** A region of AWS. */
export const REGION = text({ pattern: /^[a-z]{2,4}(-[a-z]+)+-\d$/, says: 'a region such as eu-west-1' });

const SHAPE = object({
  role_arn: required(
    text({
      pattern: ROLE_ARN,
      max: 2048,
      says: 'the ARN of a role, such as arn:aws:iam::123456789012:role/deploy',
    }),
  ),
  via: optional(oneOf('assume_role', 'web_identity')),
  region: optional(REGION),
  external_id: optional(
    text({
      min: 2,
      max: 1224,
      pattern: /^[\w+=,.@:/-]+$/,
      says: 'an external id of letters, digits and _+=,.@:/-',
    }),
  ),
  source_identity: optional(truth),
  tags: optional(TAGS),
  transitive_tags: optional(list(text({ pattern: TAG_KEY, says: 'the key of a tag' }), 50)),
  policy: optional(raw({ type: 'object', required: ['Version', 'Statement'] })),
  policy_arns: optional(list(text({ pattern: POLICY_ARN, says: 'the ARN of a managed policy' }), 10)),
});

/** By partition, how the names of its regions begin; those of `aws` begin like none of the others. */
const REGIONS: { readonly [partition: string]: RegExp } = {
  'aws-cn': /^cn-/,
  'aws-us-gov': /^us-gov-/,
  'aws-iso': /^us-iso-/,
  'aws-iso-b': /^us-isob-/,
  'aws-iso-e': /^eu-isoe-/,
  'aws-iso-f': /^us-isof-/,
  'aws-eusc': /^eusc-/,
};

function findPartitionOfRegion(region: string): string {
  return Object.keys(REGIONS).find(each => REGIONS[each]?.test(region)) ?? 'aws';
}

type AwsText = NonNullable<ReturnType<typeof SHAPE.read>>;

/** Complains of a region or a policy of another partition of AWS than the role: STS there has never heard of it. */
function checkPartitions(read: AwsText, tree: Tree, complaints: Complaints): void {
  const { role_arn: arn, region, policy_arns: arns = [] } = read;
  const partition = arn.split(':')[1] ?? '';
  const ofRegion = region === undefined ? partition : findPartitionOfRegion(region);
  if (ofRegion !== partition)
    complaints
      .at(findValue(tree, 'region'))
      .wrongValue(`${region} is of the partition ${ofRegion}, and the role of ${partition}.`);
  const away = arns.find(each => each.split(':')[1] !== partition);
  if (away !== undefined)
    complaints
      .at(findValue(tree, 'policy_arns'))
      .wrongValue(`${away} is of another partition than the role, ${partition}.`);
}

/** Checks what spans several keys. */
function checkAws(read: AwsText, tree: Tree, complaints: Complaints): void {
  const external = findEntry(tree, 'external_id');
  if (external && read.via === 'web_identity')
    complaints.at(external).wrongValue('AWS takes no external id via web_identity. Remove it.');
  for (const key of read.transitive_tags ?? [])
    if (!Object.hasOwn(read.tags ?? {}, key))
      complaints
        .at(findEntry(tree, 'transitive_tags') ?? tree)
        .wrongValue(`"${key}" is transitive but is not one of the tags.`);
}

/** Keys that a role of this kind has are read by `SHAPE`; what spans several keys is checked here. */
function compileAws(tree: Tree, setting: KindSetting, complaints: Complaints): AwsTemplate | undefined {
  const read = SHAPE.read(tree, complaints);
  for (const key of ['role_arn', 'region', 'external_id', 'transitive_tags', 'policy_arns']) {
    const entry = findEntry(tree, key);
    if (entry) checkTemplates(entry.value, 'none', setting, complaints);
  }
  if (read) checkPartitions(read, tree, complaints);
  checkTags(findEntry(tree, 'tags')?.value, setting, complaints);
  const policy = findEntry(tree, 'policy')?.value;
  if (policy) checkSessionPolicy(policy, setting, complaints);
  if (!read) return undefined;
  checkAws(read, tree, complaints);
  const {
    role_arn,
    region,
    source_identity = true,
    tags = {},
    transitive_tags = [],
    policy_arns = [],
  } = read;
  return {
    role_arn,
    ...(region === undefined ? {} : { region }),
    source_identity,
    tags,
    transitive_tags,
    ...(policy ? { policy: toPlain(policy) as Record<string, unknown> } : {}),
    policy_arns,
    ...(read.via === 'web_identity'
      ? { via: read.via, subject: writeSubject(setting) }
      : { via: 'assume_role', external_id: read.external_id ?? `kite-sts:${setting.role}` }),
  };
}

/** A Lambda's own role makes AssumeRole role chaining, which AWS ends at 3600 s. Nothing ends the other so early. */
const LENGTHS: { readonly [via in AwsTemplate['via']]: SessionLimits } = {
  assume_role: { fallback: 3600, min: 900, max: 3600 },
  web_identity: { fallback: 3600, min: 900, max: 43_200 },
};

/**
 * AWS session credentials by AssumeRole, or by our own JWT to AssumeRoleWithWebIdentity.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export const aws: Kind<AwsTemplate> = {
  schema: SHAPE.schema,
  lengths: template => LENGTHS[template?.via ?? 'web_identity'],
  scopes: 'refused',
  compile: compileAws,
};
