import type { AssumedTarget, AwsTarget, FederatedTarget } from '../../policy/targets/aws.ts';
import type { StsQuestion } from './session.ts';

/** Writes the parameters that both actions take. The Query protocol of STS 2011-06-15: lists count from 1. */
function writeStsForm(action: string, target: AwsTarget, { grant, session }: StsQuestion): URLSearchParams {
  const form = new URLSearchParams({
    Action: action,
    Version: '2011-06-15',
    RoleArn: target.roleArn,
    RoleSessionName: session,
    DurationSeconds: String(grant.seconds),
  });
  if (target.policy !== undefined) form.set('Policy', target.policy);
  for (const [index, arn] of target.policyArns.entries()) form.set(`PolicyArns.member.${index + 1}.arn`, arn);
  return form;
}

/** AssumeRole's parameters. A test holds them against AWS's own client. */
export function writeAssumeForm(target: AssumedTarget, question: StsQuestion): URLSearchParams {
  const form = writeStsForm('AssumeRole', target, question);
  form.set('ExternalId', target.externalId);
  if (target.sourceIdentity) form.set('SourceIdentity', question.session);
  for (const [index, { key, value }] of target.tags.entries()) {
    form.set(`Tags.member.${index + 1}.Key`, key);
    form.set(`Tags.member.${index + 1}.Value`, value);
  }
  for (const [index, key] of target.transitiveTags.entries())
    form.set(`TransitiveTagKeys.member.${index + 1}`, key);
  return form;
}

/** AssumeRoleWithWebIdentity's parameters, with our JWT: tags and the source identity are claims of it. */
export function writeFederatedForm(
  target: FederatedTarget,
  question: StsQuestion,
  token: string,
): URLSearchParams {
  const form = writeStsForm('AssumeRoleWithWebIdentity', target, question);
  form.set('WebIdentityToken', token);
  return form;
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
