import type { AwsTemplate } from '../../language/kinds/aws.ts';

/** Which sessions of a target are to end. */
export type Ended = {
  readonly template: AwsTemplate;
  /** One session by its name in the audit event; undefined for all. */
  readonly session: string | undefined;
  /** Those that began before, in ISO 8601. */
  readonly before: string;
  /** Seconds that the longest of them lasts. */
  readonly longest: number;
};

/**
 * Where the role sets no source identity, the session's name is the end of `aws:userid`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
function whose({ template, session }: Ended): object {
  if (session === undefined) return {};
  return template.source_identity
    ? { StringEquals: { 'aws:SourceIdentity': session } }
    : { StringLike: { 'aws:userid': `*:${session}` } };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html */
export function denial(ended: Ended): object {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'EndSessions',
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        Condition: { ...whose(ended), DateLessThan: { 'aws:TokenIssueTime': ended.before } },
      },
    ],
  };
}

/** Lines of a shell, to be run with credentials of the target's account. */
export function commands(ended: Ended): string {
  const { template, session, before, longest } = ended;
  const account = template.role_arn.split(':')[4];
  const name = template.role_arn.split('/').at(-1);
  const policy = `kite-sts-revoke${session === undefined ? '' : `-${session}`}`;
  const which = session === undefined ? 'every session' : `the session ${session}`;
  return `# In the account ${account}: ends ${which} of the role ${name} that began before ${before}, whoever made it.
aws iam put-role-policy --role-name '${name}' --policy-name '${policy}' \\
  --policy-document '${JSON.stringify(denial(ended))}'
# All of them have ended by themselves ${longest} seconds after that:
# aws iam delete-role-policy --role-name '${name}' --policy-name '${policy}'
`;
}
