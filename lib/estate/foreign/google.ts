import { type Claims, type ClaimValue, isMapping } from '../../policy/claims.ts';
import { importCel } from '../../review/author/import/cel.ts';
import { type ImportedPolicy, noteExact, omitStatement } from '../../review/author/import/imported.ts';
import { listMembers, readTextMember } from '../members.ts';
import { readExpressionCondition } from './expression.ts';
import { type ForeignTrust, readWantedTrust, type Wanted } from './trust.ts';

/** A provider of a workload identity pool, as `gcloud iam workload-identity-pools providers list --format json` prints it. */
type PoolProvider = {
  /** `projects/N/locations/global/workloadIdentityPools/POOL`. */
  readonly pool: string;
  readonly issuer: string;
  readonly condition: string;
  readonly mapping: { readonly [attribute: string]: string };
};

const PROVIDER =
  /^(projects\/\d+\/locations\/global\/workloadIdentityPools\/[a-z0-9-]+)\/providers\/[a-z0-9-]+$/;

function readGoogleMapping(provider: Claims): PoolProvider['mapping'] {
  const mapping = provider['attributeMapping'];
  if (!isMapping(mapping)) return {};
  return Object.fromEntries(Object.entries(mapping).map(([name, value]) => [name, String(value)]));
}

function readGoogleProvider(provider: Claims): PoolProvider[] {
  const [, pool] = PROVIDER.exec(readTextMember(provider, 'name') ?? '') ?? [];
  const oidc = provider['oidc'];
  const issuer = isMapping(oidc) ? readTextMember(oidc, 'issuerUri') : undefined;
  const isOff = provider['disabled'] === true || provider['state'] === 'DELETED';
  if (pool === undefined || issuer === undefined || isOff) return [];
  const condition = readTextMember(provider, 'attributeCondition') ?? '';
  return [{ pool, issuer, condition, mapping: readGoogleMapping(provider) }];
}

/** Somebody of a pool, and the service account or resource that they reach. */
type PoolBinding = { readonly member: string; readonly role: string; readonly resource: string };

function readBindings(policy: Claims, resource: string): PoolBinding[] {
  return listMembers(policy, 'bindings').flatMap(binding => {
    const members = binding['members'];
    const role = readTextMember(binding, 'role') ?? '';
    return (Array.isArray(members) ? members : [])
      .map(String)
      .filter(member => /^principal(Set)?:\/\/iam\.googleapis\.com\//.test(member))
      .map(member => ({ member, role, resource }));
  });
}

const MEMBER =
  /^principal(?:Set)?:\/\/iam\.googleapis\.com\/(projects\/\d+\/locations\/global\/workloadIdentityPools\/[a-z0-9-]+)\/(\*|subject\/(.+)|attribute\.([\w-]+)\/(.+)|group\/.+)$/;

type MemberDemand = {
  readonly pool: string;
  readonly attribute: string | undefined;
  readonly value: string;
  readonly isGroup: boolean;
};

function readGoogleMember(member: string): MemberDemand | undefined {
  const [, pool, which = '', subject, attribute, value] = MEMBER.exec(member) ?? [];
  if (pool === undefined) return undefined;
  const named =
    subject !== undefined ? 'google.subject' : attribute === undefined ? undefined : `attribute.${attribute}`;
  return { pool, attribute: named, value: subject ?? value ?? '', isGroup: which.startsWith('group/') };
}

const SERVICE_ACCOUNT = /serviceAccounts\/([a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com)$/;
const BARE_ACCOUNT = /^[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com$/;

function importBinding(provider: PoolProvider, demand: MemberDemand): ImportedPolicy {
  const { issuer, mapping, condition } = provider;
  const asked =
    demand.attribute === undefined ? [] : [`${demand.attribute} == ${JSON.stringify(demand.value)}`];
  const whole = [...(condition === '' ? [] : [condition]), ...asked].join(' && ');
  if (demand.isGroup || whole === '')
    return {
      trust: [
        omitStatement(
          'The binding',
          demand.isGroup ? 'groups of a pool have no counterpart.' : 'it takes each token of its issuer.',
        ),
      ],
      deny: [],
      notes: [],
    };
  const made = importCel({ issuer, mapping, condition: whole });
  return {
    ...made,
    notes: [
      noteExact('Make a provider kite-sts in this pool for the broker, and bind its subject role:NAME.'),
    ],
  };
}

function readGoogleTrust(provider: PoolProvider, demand: MemberDemand, name: string): ForeignTrust['direct'] {
  const { issuer, mapping, condition } = provider;
  const read = condition === '' ? { wanted: [], doubts: [] } : readExpressionCondition(condition, mapping);
  const [, claim] =
    /^assertion\.(\w+)$/.exec(demand.attribute === undefined ? '' : (mapping[demand.attribute] ?? '')) ?? [];
  const isUnread = demand.isGroup || (demand.attribute !== undefined && claim === undefined);
  const own: Wanted[] =
    claim === undefined ? [] : [{ claim, operator: 'StringEquals', operands: [demand.value] }];
  return readWantedTrust(
    issuer,
    name,
    [...read.wanted, ...own],
    [...read.doubts, ...(isUnread ? [name] : [])],
  );
}

function readTrusts(binding: PoolBinding, providers: readonly PoolProvider[]): ForeignTrust[] {
  const { member, role, resource } = binding;
  const demand = readGoogleMember(member);
  if (!demand) return [];
  const account = SERVICE_ACCOUNT.exec(resource)?.[1] ?? (BARE_ACCOUNT.test(resource) ? resource : undefined);
  return providers
    .filter(each => each.pool === demand.pool)
    .map(provider => ({
      source: `${member} has ${role} on ${resource}`,
      name: [account?.split('@')[0] ?? resource.split('/').at(-1) ?? '', demand.value]
        .filter(Boolean)
        .join('-'),
      account: account?.split('@')[1]?.split('.')[0] ?? resource,
      direct: readGoogleTrust(provider, demand, member),
      made: importBinding(provider, demand),
      provider:
        account === undefined
          ? undefined
          : {
              gcp: {
                audience: `//iam.googleapis.com/${demand.pool}/providers/kite-sts`,
                service_account: account,
              },
            },
      thing: 'the binding',
    }));
}

/** The parts of a file that are of Google Cloud: providers, and bindings of `get-iam-policy` or `gcloud asset search-all-iam-policies`. */
export type GoogleDump = {
  readonly providers: readonly PoolProvider[];
  readonly bindings: readonly PoolBinding[];
};

/** Reads what `gcloud … --format json` printed; `name` is that of the file, where the policy does not tell whose it is. */
export function readGoogleDump(value: ClaimValue, name: string): GoogleDump {
  const all = (Array.isArray(value) ? value : [value]).filter(isMapping);
  return {
    providers: all.flatMap(readGoogleProvider),
    bindings: all.flatMap(each => {
      const policy = each['policy'];
      return isMapping(policy)
        ? readBindings(policy, readTextMember(each, 'resource') ?? name)
        : readBindings(each, name);
    }),
  };
}

/** Every trust of Google Cloud in tokens of another issuer. */
export function listGoogleTrusts(dumps: readonly GoogleDump[]): ForeignTrust[] {
  const providers = dumps.flatMap(dump => dump.providers);
  return dumps.flatMap(dump => dump.bindings).flatMap(binding => readTrusts(binding, providers));
}
