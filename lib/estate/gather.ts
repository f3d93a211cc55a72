import { type ClaimValue, isMapping } from '../policy/claims.ts';
import { splitJsonTexts } from '../review/targets/trust.ts';
import { readStrictJson } from '../token/json.ts';
import { type DumpFile, readAwsEstate } from './aws/dump.ts';
import { type Migration, migrate } from './aws/migrate.ts';
import { type EntraCredential, listEntraTrusts, readEntraDump } from './foreign/entra.ts';
import { type GoogleDump, listGoogleTrusts, readGoogleDump } from './foreign/google.ts';
import { migrateForeign } from './foreign/migrate.ts';
import { listOctoTrusts, type OctoDump } from './foreign/octo.ts';
import type { ForeignTrust } from './foreign/trust.ts';
import { listVaultTrusts, readVaultDump, type VaultDump } from './foreign/vault.ts';
import { readTextMember } from './members.ts';
import { compareDanger, type MigrationSetting } from './migrated-role.ts';

/** Dumps of everything that there is, sorted by where they are from. */
type GatheredDumps = {
  readonly aws: readonly DumpFile[];
  readonly google: readonly GoogleDump[];
  readonly entra: readonly EntraCredential[];
  readonly tenant: string | undefined;
  readonly vault: readonly VaultDump[];
  readonly octo: readonly OctoDump[];
};

/** Facts that no dump tells: the issuer of Vault's mount, and the App that takes the place of octo-sts. */
type GatherSetting = {
  readonly issuer: string | undefined;
  readonly app: string | undefined;
  readonly owner: string | undefined;
};

const AWS =
  /"(RoleDetailList|Roles|Role|UserDetailList|Users|OpenIDConnectProviderList|AccessKeyMetadata|AssumeRolePolicyDocument)"\s*:/;
const GOOGLE = /"(attributeMapping|attributeCondition|bindings)"\s*:/;
const ENTRA = /"(federatedIdentityCredentials|audiences|tenantId)"\s*:/;
const VAULT = /"(user_claim|bound_issuer|oidc_discovery_url)"\s*:/;
const OCTO = /(?:^|\/)((?:[^/]+\/)?[^/]+)\/\.github\/chainguard\/([\w.-]+)\.sts\.yaml$/;
const MEMBERS = 20_000_000;

/** The name of a file without its folder and its ending. */
function nameFile(path: string): string {
  return (path.split('/').at(-1) ?? '').replace(/\.json$/, '');
}

function readValues(file: DumpFile): ClaimValue[] {
  return splitJsonTexts(file.text).map(each => readStrictJson(each, { members: MEMBERS }));
}

/** Sorts files by what they hold. What is none of the others is AWS's, whose reader says what it takes. */
export function gatherDumps(files: readonly DumpFile[]): GatheredDumps {
  const octo = files.flatMap(({ path, text }) => {
    const [, repository, name] = OCTO.exec(path) ?? [];
    return repository !== undefined && name !== undefined ? [{ repository, name, path, text }] : [];
  });
  const others = files.filter(each => !OCTO.test(each.path));
  const selectFiles = (marks: RegExp, ...not: readonly RegExp[]): DumpFile[] =>
    others.filter(other => marks.test(other.text) && ![AWS, ...not].some(each => each.test(other.text)));
  const [google, vault, entra] = [
    selectFiles(GOOGLE),
    selectFiles(VAULT, GOOGLE),
    selectFiles(ENTRA, GOOGLE, VAULT),
  ];
  const foreign = new Set([...google, ...vault, ...entra]);
  const ofEntra = entra.flatMap(file =>
    readValues(file).map(value => ({ value, name: nameFile(file.path) })),
  );
  const shown = ofEntra.map(each => each.value).find(value => isMapping(value) && 'tenantId' in value);
  return {
    aws: others.filter(file => !foreign.has(file)),
    google: google.flatMap(file => readValues(file).map(value => readGoogleDump(value, nameFile(file.path)))),
    entra: ofEntra.flatMap(each => readEntraDump(each.value, each.name)),
    tenant: isMapping(shown) ? readTextMember(shown, 'tenantId') : undefined,
    vault: vault.flatMap(file =>
      readValues(file).flatMap(value => readVaultDump(value, nameFile(file.path)) ?? []),
    ),
    octo,
  };
}

/** Every trust of other clouds and services in tokens of an issuer. */
export function listForeignTrusts(dumps: GatheredDumps, gather: GatherSetting): ForeignTrust[] {
  return [
    ...listGoogleTrusts(dumps.google),
    ...listEntraTrusts(dumps.entra, dumps.tenant),
    ...listVaultTrusts(dumps.vault, gather.issuer),
    ...listOctoTrusts(dumps.octo, gather),
  ];
}

/** Proposes what becomes of everything that lets jobs in, wherever it is. Throws as `readAwsEstate` does. */
export function migrateAll(
  dumps: GatheredDumps,
  setting: MigrationSetting,
  gather: GatherSetting,
): Migration {
  const foreign = migrateForeign(listForeignTrusts(dumps, gather), setting);
  const ofAws = migrate(readAwsEstate(dumps.aws), setting);
  return {
    ...ofAws,
    gaps: dumps.aws.length === 0 ? [] : ofAws.gaps,
    accounts: [...new Set([...ofAws.accounts, ...foreign.map(each => each.account)])].sort(),
    roles: [...ofAws.roles, ...foreign].sort(compareDanger),
  };
}
