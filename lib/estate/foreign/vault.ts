import { type Claims, type ClaimValue, isMapping } from '../../policy/claims.ts';
import { importVault, isVaultRole } from '../../review/author/import/vault.ts';
import { readTextMember } from '../members.ts';
import { type ForeignTrust, readWantedTrust, type Wanted } from './trust.ts';

/** A role of Vault's jwt auth method, by the name of the file that holds it, and whom its mount trusts. */
export type VaultDump = {
  readonly name: string;
  readonly role: Claims | undefined;
  readonly issuer: string | undefined;
};

/** Reads what `vault read -format=json auth/jwt/role/NAME`, or `auth/jwt/config`, printed. */
export function readVaultDump(value: ClaimValue, name: string): VaultDump | undefined {
  const data = isMapping(value) && isMapping(value['data']) ? value['data'] : value;
  if (!isMapping(data)) return undefined;
  if (isVaultRole(data)) return { name, role: data, issuer: undefined };
  const issuer = readTextMember(data, 'bound_issuer') || readTextMember(data, 'oidc_discovery_url');
  return issuer ? { name, role: undefined, issuer } : undefined;
}

function listVaultTexts(value: ClaimValue | undefined): string[] {
  return [value ?? []].flat().map(String);
}

function readVaultRoleClaims(role: Claims): { readonly wanted: Wanted[]; readonly doubts: string[] } {
  const isGlob = role['bound_claims_type'] === 'glob';
  const bound = isMapping(role['bound_claims']) ? Object.entries(role['bound_claims']) : [];
  const unreadable = bound.filter(
    ([name, value]) => name.startsWith('/') || listVaultTexts(value).length === 0,
  );
  const wanted = bound.map(([claim, value]): Wanted => {
    const operands = listVaultTexts(value);
    // Vault's glob knows * alone, so a ? is itself; no pattern of ours says that.
    return { claim, operator: isGlob ? 'StringLike' : 'StringEquals', operands };
  });
  const marked = wanted.filter(({ operands }) => isGlob && operands.some(each => each.includes('?')));
  return { wanted, doubts: [...unreadable.map(([name]) => name), ...marked.map(each => each.claim)] };
}

const BEYOND = ['groups_claim', 'max_age', 'user_claim_json_pointer'];

function readVaultTrust(role: Claims, issuer: string, name: string): ForeignTrust['direct'] {
  const { wanted, doubts } = readVaultRoleClaims(role);
  const subject = readTextMember(role, 'bound_subject');
  const user = readTextMember(role, 'user_claim') ?? '';
  const addresses = listVaultTexts(role['token_bound_cidrs']);
  const all: Wanted[] = [
    ...wanted,
    ...(subject ? [{ claim: 'sub', operator: 'StringEquals' as const, operands: [subject] }] : []),
    ...(user === '' || user === 'sub'
      ? []
      : [{ claim: user, operator: 'StringLike' as const, operands: ['?*'] }]),
    ...(addresses.length > 0
      ? [{ claim: 'aws:SourceIp', operator: 'IpAddress' as const, operands: addresses }]
      : []),
  ];
  const unsupported = BEYOND.filter(
    key => role[key] !== undefined && role[key] !== '' && role[key] !== false && role[key] !== 0,
  );
  return readWantedTrust(issuer, name, all, [
    ...doubts,
    ...unsupported,
    ...(role['role_type'] === 'oidc' ? ['role_type oidc'] : []),
  ]);
}

/** Every role of Vault that jobs log in to. The issuer is that of the mount's config, or the one that was given. */
export function listVaultTrusts(dumps: readonly VaultDump[], given: string | undefined): ForeignTrust[] {
  const issuer = given ?? dumps.find(each => each.issuer !== undefined)?.issuer;
  return dumps.flatMap(({ name, role }) => {
    if (!role) return [];
    const [audience] = listVaultTexts(role['bound_audiences']);
    return [
      {
        source: `role ${name} of Vault`,
        name: `vault-${name}`,
        account: 'Vault',
        direct: readVaultTrust(role, issuer ?? '', name),
        made: { ...importVault(role, issuer), notes: [] },
        provider: audience === undefined ? undefined : { jwt: { audience } },
        thing: 'the role of Vault',
      },
    ];
  });
}
