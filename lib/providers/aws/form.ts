import type { AssumedTarget, AwsTarget, FederatedTarget } from '../../policy/targets/aws.ts';
import type { StsQuestion } from './session.ts';

/** A parameter of AWS's Query protocol, whose names need no encoding. */
function writeParameter(name: string, value: string): string {
  return `&${name}=${encodeURIComponent(value)}`;
}

/** Writes the parameters that both actions take. The Query protocol of STS 2011-06-15: lists count from 1. */
function writeStsForm(action: string, target: AwsTarget, { grant, session }: StsQuestion): string {
  let form = `Action=${action}&Version=2011-06-15&DurationSeconds=${grant.seconds}`;
  form += writeParameter('RoleArn', target.roleArn) + writeParameter('RoleSessionName', session);
  if (target.policy !== undefined) form += writeParameter('Policy', target.policy);
  for (const [index, arn] of target.policyArns.entries())
    form += writeParameter(`PolicyArns.member.${index + 1}.arn`, arn);
  return form;
}

/** AssumeRole's parameters. A test holds them against AWS's own client. */
export function writeAssumeForm(target: AssumedTarget, question: StsQuestion): string {
  let form = writeStsForm('AssumeRole', target, question) + writeParameter('ExternalId', target.externalId);
  if (target.sourceIdentity) form += writeParameter('SourceIdentity', question.session);
  for (const [index, { key, value }] of target.tags.entries()) {
    form += writeParameter(`Tags.member.${index + 1}.Key`, key);
    form += writeParameter(`Tags.member.${index + 1}.Value`, value);
  }
  for (const [index, key] of target.transitiveTags.entries())
    form += writeParameter(`TransitiveTagKeys.member.${index + 1}`, key);
  return form;
}

/** AssumeRoleWithWebIdentity's parameters, with our JWT: tags and the source identity are claims of it. */
export function writeFederatedForm(target: FederatedTarget, question: StsQuestion, token: string): string {
  return (
    writeStsForm('AssumeRoleWithWebIdentity', target, question) + writeParameter('WebIdentityToken', token)
  );
}

const CLAIM = 'https://aws.amazon.com/';

/**
 * The claims by which AWS takes tags and a source identity; they are the reviewed role's, and nothing of the subject
 * token's own (threat T30). https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
 */
export function writeFederatedClaims(
  { tags, transitiveTags, sourceIdentity }: FederatedTarget,
  session: string,
): Readonly<Record<string, unknown>> {
  const passed = {
    principal_tags: Object.fromEntries(tags.map(({ key, value }) => [key, [value]])),
    ...(transitiveTags.length > 0 ? { transitive_tag_keys: transitiveTags } : {}),
  };
  return {
    ...(tags.length > 0 ? { [`${CLAIM}tags`]: passed } : {}),
    ...(sourceIdentity ? { [`${CLAIM}source_identity`]: session } : {}),
  };
}
