type Host = { readonly host: string };
type Region = { readonly region: string };
/** `ca` is the SHA-256 of the certificate of its CA, as PEM has it, in hexadecimal. */
type Cluster = { readonly server: string; readonly ca: string };

/** One host or cluster that a helper may answer, as the set-up of a step lists it. */
export type ReachEntry =
  | ({ readonly kind: 'ecr' | 'ecr-public'; readonly api: string } & Host & Region)
  | ({ readonly kind: 'artifact-registry' } & Host)
  | ({ readonly kind: 'subject-token'; readonly audience: string; readonly user: string } & Host)
  | ({ readonly kind: 'codeartifact'; readonly domain: string; readonly owner: string } & Host & Region)
  | ({ readonly kind: 'rds'; readonly user: string; readonly port: number } & Host & Region)
  | ({ readonly kind: 'eks'; readonly cluster: string } & Cluster & Region)
  | ({ readonly kind: 'gke' } & Cluster);

export type RegistryEntry = Extract<
  ReachEntry,
  { readonly kind: 'ecr' | 'ecr-public' | 'artifact-registry' | 'subject-token' }
>;
export type ClusterEntry = Extract<ReachEntry, { readonly kind: 'eks' | 'gke' }>;

/** An entry has the named groups of its pattern, and what is worked out of them. */
type EntryForm = {
  readonly kind: ReachEntry['kind'];
  readonly says: string;
  readonly pattern: RegExp;
  readonly more?: (groups: { readonly [name: string]: string }) => Partial<ReachEntry>;
};

const HOST = '[a-z0-9-]+(?:\\.[a-z0-9-]+)+(?::\\d{1,5})?';
const REGION = '[a-z]{2}(?:-[a-z]+)+-\\d';
const CA = '[0-9a-f]{64}';

/** Every form of an entry. Each is compared whole: what only begins or ends like one is none. */
const FORMS: readonly EntryForm[] = [
  {
    kind: 'ecr',
    says: 'ACCOUNT.dkr.ecr.REGION.amazonaws.com',
    pattern: new RegExp(
      `^(?<host>\\d{12}\\.dkr\\.ecr(?:-fips)?\\.(?<region>${REGION})\\.amazonaws\\.com(?:\\.cn)?)$`,
    ),
    // https://docs.aws.amazon.com/general/latest/gr/ecr.html
    more: ({ host = '' }) => ({ api: host.replace(/^\d{12}\.dkr\./, '').replace(/^ecr\./, 'api.ecr.') }),
  },
  {
    kind: 'ecr',
    says: 'ACCOUNT.dkr-ecr.REGION.on.aws',
    pattern: new RegExp(`^(?<host>\\d{12}\\.dkr-ecr\\.(?<region>${REGION})\\.on\\.aws)$`),
    more: ({ region }) => ({ api: `ecr.${region}.api.aws` }),
  },
  {
    kind: 'ecr-public',
    says: 'public.ecr.aws',
    pattern: /^(?<host>public\.ecr\.aws)$/,
    more: () => ({ region: 'us-east-1', api: 'api.ecr-public.us-east-1.amazonaws.com' }),
  },
  {
    kind: 'artifact-registry',
    says: 'LOCATION-docker.pkg.dev',
    pattern: /^(?<host>[a-z0-9-]+-docker\.pkg\.dev)$/,
  },
  {
    kind: 'subject-token',
    says: 'packages.buildkite.com=https://packages.buildkite.com/ORGANIZATION/REGISTRY',
    pattern:
      /^(?<host>packages\.buildkite\.com)=(?<audience>https:\/\/packages\.buildkite\.com\/[a-z0-9-]+\/[a-z0-9-]+)$/,
    more: () => ({ user: 'buildkite' }),
  },
  {
    kind: 'subject-token',
    says: 'HOST=AUDIENCE of a registry behind the authorizer',
    pattern: new RegExp(
      `^(?!packages\\.buildkite\\.com)(?<host>${HOST})=(?<audience>https://[\\x21-\\x7e]{1,500})$`,
    ),
    more: () => ({ user: 'kite-sts' }),
  },
  {
    kind: 'codeartifact',
    says: 'DOMAIN-OWNER.d.codeartifact.REGION.amazonaws.com',
    pattern: new RegExp(
      `^(?<host>(?<domain>[a-z][a-z0-9-]{0,48}[a-z0-9])-(?<owner>\\d{12})\\.d\\.codeartifact\\.(?<region>${REGION})\\.amazonaws\\.com)$`,
    ),
  },
  {
    kind: 'rds',
    says: 'USER@HOST.REGION.rds.amazonaws.com:PORT',
    pattern: new RegExp(
      `^(?<user>[A-Za-z0-9_.-]{1,63})@(?<host>[a-z0-9-]+(?:\\.[a-z0-9-]+)*\\.(?<region>${REGION})\\.rds\\.amazonaws\\.com(?:\\.cn)?):(?<port>\\d{1,5})$`,
    ),
    more: ({ port }) => ({ port: Number(port) }),
  },
  {
    kind: 'eks',
    says: 'eks/REGION/CLUSTER=https://SERVER#CA',
    pattern: new RegExp(
      `^eks/(?<region>${REGION})/(?<cluster>[A-Za-z0-9][A-Za-z0-9_-]{0,99})=(?<server>https://${HOST})#(?<ca>${CA})$`,
    ),
  },
  {
    kind: 'gke',
    says: 'gke=https://SERVER#CA',
    pattern: new RegExp(`^gke=(?<server>https://${HOST})#(?<ca>${CA})$`),
  },
];

/** An entry that is none of the known forms. */
export class EntryRefused extends Error {}

/** Reads one entry. Throws `EntryRefused`. */
export function readEntry(written: string): ReachEntry {
  for (const { kind, pattern, more } of FORMS) {
    const groups = pattern.exec(written)?.groups;
    if (groups) return { kind, ...groups, ...more?.(groups) } as ReachEntry;
  }
  throw new EntryRefused(`"${written}" is none of: ${FORMS.map(({ says }) => says).join(', ')}.`);
}

/** Reads the entries of `KITE_STS_REACH`, which stand with spaces between. Throws `EntryRefused`. */
export function readReachEntries(written: string | undefined): readonly ReachEntry[] {
  return (written ?? '')
    .split(/\s+/)
    .filter(each => each !== '')
    .map(readEntry);
}

export function isRegistryEntry(entry: ReachEntry): entry is RegistryEntry {
  return ['ecr', 'ecr-public', 'artifact-registry', 'subject-token'].includes(entry.kind);
}

export function isClusterEntry(entry: ReachEntry): entry is ClusterEntry {
  return entry.kind === 'eks' || entry.kind === 'gke';
}
