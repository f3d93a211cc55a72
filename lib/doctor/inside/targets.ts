import { isAbsent, type ReadAccount } from '../../aws/account.ts';
import { AwsError } from '../../aws/call.ts';
import type { ClaimValue } from '../../policy/claims.ts';
import { type CheckedTarget, checkAllTargets, listTargets } from '../../review/targets/checked.ts';
import { findProviderArn, listFederatedRequests } from '../../review/targets/federated.ts';
import { FINDINGS } from '../../review/targets/findings.ts';
import { readTargetRoles, TargetError, type TargetRole } from '../../review/targets/trust.ts';
import { askAccount, createTellers, type Diagnosis, describeUnread } from '../diagnosis.ts';
import type { Opened } from './examined.ts';

const CHECK = createTellers('target');
const PROVIDER = createTellers('oidc-provider');

/** A target as its account has it, or why that could not be read; neither where there is none. */
type ReadTarget = { readonly target?: TargetRole; readonly diagnosis?: Diagnosis };

/** IAM writes the trust policy as JSON in a part of a URL. */
function readTarget(role: { readonly [member: string]: string }): TargetRole | undefined {
  const shown = {
    Arn: role['Arn'] ?? '',
    MaxSessionDuration: Number(role['MaxSessionDuration']),
    AssumeRolePolicyDocument: JSON.parse(
      decodeURIComponent(role['AssumeRolePolicyDocument'] ?? ''),
    ) as ClaimValue,
  };
  return readTargetRoles(shown)[0];
}

async function readTargetRole(arn: string, read: ReadAccount): Promise<ReadTarget> {
  try {
    const { Role } = await read('iam:GetRole', { RoleName: arn.split('/').at(-1) });
    const target = readTarget(Role as { readonly [member: string]: string });
    return target?.arn === arn ? { target } : {};
  } catch (error) {
    if (isAbsent(error)) return {};
    if (error instanceof AwsError)
      return { diagnosis: CHECK.unknown(arn, ...describeUnread(error, 'iam:GetRole')) };
    if (error instanceof TargetError || error instanceof SyntaxError)
      return { diagnosis: CHECK.unknown(arn, `its trust policy cannot be read: ${error.message}`) };
    throw error;
  }
}

/** Of the broker's account as whoever operates it; of another by what the operator has for it. */
async function findReader(arn: string, opened: Opened): Promise<ReadAccount | undefined> {
  const other = arn.split(':')[4] ?? '';
  return other === opened.account ? opened.read : opened.readIn(other);
}

async function findTarget(arn: string, opened: Opened): Promise<ReadTarget> {
  const read = await findReader(arn, opened);
  if (read) return readTargetRole(arn, read);
  const account = arn.split(':')[4];
  return {
    diagnosis: CHECK.unknown(
      arn,
      `it is in account ${account}, for which there are no credentials`,
      `Give AWS's own files a profile named ${account}, or collect what check-targets reads.`,
    ),
  };
}

function diagnoseTarget(target: CheckedTarget): Diagnosis[] {
  const { role, arn, findings } = target;
  const of = `${role} (${arn})`;
  if (findings.length === 0) return [CHECK.ok(of, 'it trusts the broker, and it alone')];
  return findings.map(({ code, detail }) => {
    const says = `${code}${detail === undefined ? '' : ` (${detail})`}`;
    const tell = code === 'undecided' ? CHECK.unknown : CHECK.wrong;
    return tell(of, says, `${FINDINGS[code]} kite-sts check-targets prints the policy that it should have.`);
  });
}

/** Looks whether the account of a target knows the broker as an issuer. */
async function examineProvider(arn: string, opened: Opened): Promise<Diagnosis[]> {
  const read = await findReader(arn, opened);
  if (!read) return [];
  const mend = 'Apply kite-sts-issuer.yml in that account';
  const question = {
    check: PROVIDER,
    of: arn,
    right: 'iam:GetOpenIDConnectProvider',
    input: { OpenIDConnectProviderArn: arn },
    gone: PROVIDER.wrong(arn, 'there is none', `${mend}.`),
  } as const;
  const found = await askAccount(read, question, ({ ClientIDList: audiences }) =>
    Array.isArray(audiences) && audiences.includes('sts.amazonaws.com')
      ? PROVIDER.ok(arn, 'it is there, for sts.amazonaws.com')
      : PROVIDER.wrong(arn, 'it does not take tokens for sts.amazonaws.com', `${mend} again.`),
  );
  return [found];
}

/** Looks whether the target of each `aws` role trusts the broker, and it alone. Each target is read once. */
export async function examineTargets(opened: Opened): Promise<readonly Diagnosis[]> {
  const { config, outputs, also } = opened;
  const broker = outputs.get('ExchangeRoleArn');
  if (broker === undefined)
    return [
      CHECK.unknown('all', 'the stack has no output ExchangeRoleArn, so whom they must trust is not known'),
    ];
  const found = new Map<string, ReadTarget>();
  for (const arn of listTargets(config.roles)) found.set(arn, await findTarget(arn, opened));
  const targets = new Map(
    [...found].flatMap(([arn, { target }]) => (target ? [[arn, target] as const] : [])),
  );
  const trustees = { broker, url: config.url, also };
  const unread = [...found.values()].flatMap(({ diagnosis }) => diagnosis ?? []);
  const checked = checkAllTargets(config.roles, targets, trustees)
    .filter(({ arn }) => found.get(arn)?.diagnosis === undefined)
    .flatMap(diagnoseTarget);
  const providers = new Set(
    listFederatedRequests(config.roles).map(({ arn }) => findProviderArn(arn, config.url)),
  );
  const issuers = await Promise.all([...providers].map(arn => examineProvider(arn, opened)));
  return [...unread, ...checked, ...issuers.flat()];
}
