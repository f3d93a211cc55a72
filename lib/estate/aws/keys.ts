import type { Claims } from '../../policy/claims.ts';
import { readAccountId } from '../../review/targets/request.ts';
import { listMembers, readTextMember } from '../members.ts';

/** A long-lived key of a user. Its id is cut: a report goes to many people. */
export type AccessKey = {
  readonly user: string;
  readonly account: string;
  readonly ends: string;
  readonly active: boolean;
  readonly created: string;
  readonly lastUsed?: string;
};

export function readKeys(dump: Claims, accounts: readonly string[]): AccessKey[] {
  const [account = '', ...others] = accounts;
  return listMembers(dump, 'AccessKeyMetadata').map(key => ({
    user: readTextMember(key, 'UserName') ?? '',
    account: others.length === 0 ? account : '',
    ends: (readTextMember(key, 'AccessKeyId') ?? '').slice(-4),
    active: readTextMember(key, 'Status') === 'Active',
    created: readTextMember(key, 'CreateDate') ?? '',
  }));
}

/** The credential report, as `aws iam get-credential-report` prints it: CSV in base64, of which no field has a comma. */
export function readKeyReport(dump: Claims): AccessKey[] {
  const content = readTextMember(dump, 'Content');
  if (content === undefined) return [];
  const [head = [], ...rows] = Buffer.from(content, 'base64')
    .toString('utf8')
    .trim()
    .split('\n')
    .map(line => line.trim().split(','));
  const cell = (row: readonly string[], name: string): string => row[head.indexOf(name)] ?? '';
  return rows.flatMap(row =>
    ['1', '2']
      .filter(which => cell(row, `access_key_${which}_last_rotated`) !== 'N/A')
      .map(which => ({
        user: cell(row, 'user'),
        account: readAccountId(cell(row, 'arn')),
        ends: '',
        active: cell(row, `access_key_${which}_active`) === 'true',
        created: cell(row, `access_key_${which}_last_rotated`),
        lastUsed: cell(row, `access_key_${which}_last_used_date`),
      })),
  );
}
