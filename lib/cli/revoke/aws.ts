import type { AwsTemplate } from '../../policy/targets/aws.ts';

/** Which sessions of a target are to end. */
export type EndedSessions = {
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
function selectSessions(ended: EndedSessions): object {
  const { template, session } = ended;
  if (session === undefined) return {};
  return template.source_identity
    ? { StringEquals: { 'aws:SourceIdentity': session } }
    : { StringLike: { 'aws:userid': `*:${session}` } };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html */
export function writeDenial(ended: EndedSessions): object {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'EndSessions',
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        Condition: { ...selectSessions(ended), DateLessThan: { 'aws:TokenIssueTime': ended.before } },
      },
    ],
  };
}

/** The end of those sessions: a policy of this name on this role, for as long as the longest of them lasts. */
export type SessionsEnding = {
  readonly account: string;
  readonly role: string;
  readonly session: string | null;
  readonly policy_name: string;
  readonly policy_document: object;
  readonly before: string;
  /** Seconds after which all of them have ended by themselves. */
  readonly seconds: number;
};

export function describeEnding(ended: EndedSessions): SessionsEnding {
  const { template, session, before, longest } = ended;
  const [account = '', resource = ''] = template.role_arn.split(':').slice(4);
  return {
    account,
    role: resource.split('/').at(-1) ?? '',
    session: session ?? null,
    policy_name: `kite-sts-revoke${session === undefined ? '' : `-${session}`}`,
    policy_document: writeDenial(ended),
    before,
    seconds: longest,
  };
}

/** Lines of a shell, to be run with credentials of the target's account. */
export function writeCommands(ending: SessionsEnding): string {
  const { account, role: name, session, policy_name: policy, before, seconds } = ending;
  const which = session === null ? 'every session' : `the session ${session}`;
  return `# In the account ${account}: ends ${which} of the role ${name} that began before ${before}, whoever made it.
aws iam put-role-policy --role-name '${name}' --policy-name '${policy}' \\
  --policy-document '${JSON.stringify(ending.policy_document)}'
# All of them have ended by themselves ${seconds} seconds after that:
# aws iam delete-role-policy --role-name '${name}' --policy-name '${policy}'
`;
}
