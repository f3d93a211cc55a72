import { BlockList, isIPv4 } from 'node:net';
import type { Claims } from '../../../../lib/policy/claims.ts';

/** A trust policy as AWS takes it; `Condition` by operator and key. */
export type IamStatement = {
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | { readonly [kind: string]: string | readonly string[] };
  readonly Action: string | readonly string[];
  readonly Condition?: {
    readonly [operator: string]: { readonly [key: string]: string | readonly string[] };
  };
};
export type IamPolicy = { readonly Statement: readonly IamStatement[] };
export type IamRequest = { readonly token: Claims; readonly from: string | undefined };

/**
 * Condition keys that IAM fills from a token, after its user guide ("Available keys for AWS OIDC federation"): of these
 * issuers, these claims and no others.
 */
const GITHUB_KEYS = [
  'actor',
  'actor_id',
  'enterprise_id',
  'environment',
  'job_workflow_ref',
  'ref',
  'repository',
];
const KEYS: { readonly [host: string]: readonly string[] } = {
  'token.actions.githubusercontent.com': [...GITHUB_KEYS, 'repository_id', 'workflow'],
};
const TAGGED = 'agent.buildkite.com';

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

function readValue(key: string, { token }: IamRequest): string | undefined {
  const host = String(token['iss']).replace('https://', '');
  const said = (claim: string): string | undefined => {
    const found = Object.keys(token).find(each => each.toLowerCase() === claim);
    const value = found === undefined ? undefined : token[found];
    return value === undefined ? undefined : value === null ? '' : String(value);
  };
  const lower = key.toLowerCase();
  if (lower === 'aws:securetransport') return 'true';
  if (lower === 'sts:rolesessionname') return 'any';
  if (lower.startsWith('aws:requesttag/')) return host === TAGGED ? said(lower.slice(15)) : undefined;
  if (!lower.startsWith(`${host.toLowerCase()}:`)) return undefined;
  const name = lower.slice(host.length + 1);
  // The audience is whatever the policy wants: a token for AWS is minted for AWS.
  if (host === 'accounts.google.com' && name === 'aud') return said('azp') ?? 'for AWS';
  if (name === 'aud' || name === 'oaud') return 'for AWS';
  return name === 'sub' || KEYS[host]?.includes(name) ? said(name) : undefined;
}

function like(pattern: string, value: string): boolean {
  const parts = [...pattern].map(each =>
    each === '*' ? '[^]*' : each === '?' ? '[^]' : `\\u{${each.codePointAt(0)?.toString(16)}}`,
  );
  return new RegExp(`^${parts.join('')}$`, 'u').test(value);
}

function inBlock(block: string, address: string): boolean {
  const [net = '', bits] = block.split('/');
  const kind = isIPv4(net) ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(net, Number(bits ?? (kind === 'ipv4' ? 32 : 128)), kind);
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

const COMPARE: { readonly [name: string]: (operand: string, value: string) => boolean } = {
  StringEquals: (operand, value) => operand === value,
  StringEqualsIgnoreCase: (operand, value) => operand.toLowerCase() === value.toLowerCase(),
  StringLike: like,
  Bool: (operand, value) => operand.toLowerCase() === value,
  IpAddress: inBlock,
};

type Operator = {
  readonly set?: string;
  readonly name: string;
  readonly not: boolean;
  readonly ifExists: boolean;
};

function readOperator(written: string): Operator {
  const [, set, rest = '', ifExists] = /^(?:(ForA\w+):)?(\w+?)(IfExists)?$/.exec(written) ?? [];
  const not = /^(String|)Not/.test(rest);
  const name = rest.replace(/^(String|)Not/, '$1');
  return { ...(set === undefined ? {} : { set }), name, not, ifExists: ifExists !== undefined };
}

function meets(written: string, key: string, operands: readonly string[], request: IamRequest): boolean {
  const { set, name, not, ifExists } = readOperator(written);
  const value = key.toLowerCase() === 'aws:sourceip' ? request.from : readValue(key, request);
  if (name === 'Null')
    return operands.some(each => (each.toLowerCase() === 'true') === (value === undefined));
  const compare = COMPARE[name];
  if (!compare) throw new Error(`the second reading has no ${written}`);
  if (value === undefined) return ifExists || set === 'ForAllValues' || (not && set !== 'ForAnyValue');
  return operands.some(operand => compare(operand, value)) !== not;
}

function isMeant({ Principal }: IamStatement, { token }: IamRequest): boolean {
  if (Principal === '*') return true;
  const host = String(token['iss']).replace('https://', '');
  const names = listOf(Principal?.['Federated'] ?? []);
  return (
    names.some(each => each === host || each.endsWith(`:oidc-provider/${host}`)) || Principal?.['AWS'] === '*'
  );
}

function applies(statement: IamStatement, request: IamRequest): boolean {
  return (
    isMeant(statement, request) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, operands]) => meets(operator, key, listOf(operands), request)),
    )
  );
}

/** Would IAM let this token in? An Allow that applies, and no Deny. */
export function iamAdmits({ Statement }: IamPolicy, request: IamRequest): boolean {
  const effects = Statement.filter(each => applies(each, request)).map(({ Effect }) => Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
}
