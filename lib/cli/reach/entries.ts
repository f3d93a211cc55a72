/** One host or cluster that a helper may answer, as the set-up of a step lists it. */
export type ReachEntry =
  | { readonly kind: 'ecr'; readonly host: string; readonly region: string; readonly api: string }
  | { readonly kind: 'ecr-public'; readonly host: string; readonly region: string; readonly api: string }
  | { readonly kind: 'artifact-registry'; readonly host: string }
  | {
      readonly kind: 'subject-token';
      readonly host: string;
      readonly audience: string;
      readonly user: string;
    }
  | {
      readonly kind: 'codeartifact';
      readonly host: string;
      readonly domain: string;
      readonly owner: string;
      readonly region: string;
    }
  | {
      readonly kind: 'rds';
      readonly user: string;
      readonly host: string;
      readonly port: number;
      readonly region: string;
    }
  | {
      readonly kind: 'eks';
      readonly cluster: string;
      readonly region: string;
      readonly server: string;
      /** SHA-256 of the certificate of its CA, as PEM has it, in hexadecimal. */
      readonly ca: string;
    }
  | { readonly kind: 'gke'; readonly server: string; readonly ca: string };

export type RegistryEntry = Extract<
  ReachEntry,
  { readonly kind: 'ecr' | 'ecr-public' | 'artifact-registry' | 'subject-token' }
>;
export type ClusterEntry = Extract<ReachEntry, { readonly kind: 'eks' | 'gke' }>;

type EntryForm = {
  readonly says: string;
  readonly pattern: RegExp;
  readonly read: (groups: { readonly [name: string]: string }) => ReachEntry;
};

const HOST = '[a-z0-9-]+(?:\\.[a-z0-9-]+)+(?::\\d{1,5})?';
const REGION = '[a-z]{2}(?:-[a-z]+)+-\\d';
const CA = '[0-9a-f]{64}';

/** Every form of an entry. Each is compared whole: what only begins or ends like one is none. */
const FORMS: readonly EntryForm[] = [
  {
    says: 'ACCOUNT.dkr.ecr.REGION.amazonaws.com',
    pattern: new RegExp(
      `^(?<host>\\d{12}\\.dkr\\.ecr(?<fips>-fips)?\\.(?<region>${REGION})\\.(?<suffix>amazonaws\\.com(?:\\.cn)?))$`,
    ),
    // https://docs.aws.amazon.com/general/latest/gr/ecr.html
    read: ({ host = '', fips, region = '', suffix }) => ({
      kind: 'ecr',
      host,
      region,
      api: `${fips ? 'ecr-fips' : 'api.ecr'}.${region}.${suffix}`,
    }),
  },
  {
    says: 'ACCOUNT.dkr-ecr.REGION.on.aws',
    pattern: new RegExp(`^(?<host>\\d{12}\\.dkr-ecr\\.(?<region>${REGION})\\.on\\.aws)$`),
    read: ({ host = '', region = '' }) => ({ kind: 'ecr', host, region, api: `ecr.${region}.api.aws` }),
  },
  {
    says: 'public.ecr.aws',
    pattern: /^public\.ecr\.aws$/,
    read: () => ({
      kind: 'ecr-public',
      host: 'public.ecr.aws',
      region: 'us-east-1',
      api: 'api.ecr-public.us-east-1.amazonaws.com',
    }),
  },
  {
    says: 'LOCATION-docker.pkg.dev',
    pattern: /^(?<host>[a-z0-9-]+-docker\.pkg\.dev)$/,
    read: ({ host = '' }) => ({ kind: 'artifact-registry', host }),
  },
  {
    says: 'packages.buildkite.com=https://packages.buildkite.com/ORGANIZATION/REGISTRY',
    pattern:
      /^packages\.buildkite\.com=(?<audience>https:\/\/packages\.buildkite\.com\/[a-z0-9-]+\/[a-z0-9-]+)$/,
    read: ({ audience = '' }) => ({
      kind: 'subject-token',
      host: 'packages.buildkite.com',
      audience,
      user: 'buildkite',
    }),
  },
  {
    says: 'HOST=AUDIENCE of a registry behind the authorizer',
    pattern: new RegExp(
      `^(?!packages\\.buildkite\\.com)(?<host>${HOST})=(?<audience>https://[\\x21-\\x7e]{1,500})$`,
    ),
    read: ({ host = '', audience = '' }) => ({ kind: 'subject-token', host, audience, user: 'kite-sts' }),
  },
  {
    says: 'DOMAIN-OWNER.d.codeartifact.REGION.amazonaws.com',
    pattern: new RegExp(
      `^(?<host>(?<domain>[a-z][a-z0-9-]{0,48}[a-z0-9])-(?<owner>\\d{12})\\.d\\.codeartifact\\.(?<region>${REGION})\\.amazonaws\\.com)$`,
    ),
    read: ({ host = '', domain = '', owner = '', region = '' }) => ({
      kind: 'codeartifact',
      host,
      domain,
      owner,
      region,
    }),
  },
  {
    says: 'USER@HOST.REGION.rds.amazonaws.com:PORT',
    pattern: new RegExp(
      `^(?<user>[A-Za-z0-9_.-]{1,63})@(?<host>[a-z0-9-]+(?:\\.[a-z0-9-]+)*\\.(?<region>${REGION})\\.rds\\.amazonaws\\.com(?:\\.cn)?):(?<port>\\d{1,5})$`,
    ),
    read: ({ user = '', host = '', region = '', port }) => ({
      kind: 'rds',
      user,
      host,
      port: Number(port),
      region,
    }),
  },
  {
    says: 'eks/REGION/CLUSTER=https://SERVER#CA',
    pattern: new RegExp(
      `^eks/(?<region>${REGION})/(?<cluster>[A-Za-z0-9][A-Za-z0-9_-]{0,99})=(?<server>https://${HOST})#(?<ca>${CA})$`,
    ),
    read: ({ cluster = '', region = '', server = '', ca = '' }) => ({
      kind: 'eks',
      cluster,
      region,
      server,
      ca,
    }),
  },
  {
    says: 'gke=https://SERVER#CA',
    pattern: new RegExp(`^gke=(?<server>https://${HOST})#(?<ca>${CA})$`),
    read: ({ server = '', ca = '' }) => ({ kind: 'gke', server, ca }),
  },
];

/** What an entry may look like, for people. */
export const ENTRY_FORMS: readonly string[] = FORMS.map(({ says }) => says);

/** An entry that is none of the known forms. */
export class EntryRefused extends Error {}

/** Reads one entry. Throws `EntryRefused`. */
export function readEntry(written: string): ReachEntry {
  for (const { pattern, read } of FORMS) {
    const groups = pattern.exec(written)?.groups;
    if (groups || pattern.test(written)) return read((groups ?? {}) as { [name: string]: string });
  }
  throw new EntryRefused(`"${written}" is none of: ${ENTRY_FORMS.join(', ')}.`);
}

/** Reads the entries of `KITE_STS_REACH`, which stand with spaces between. Throws `EntryRefused`. */
export function readEntries(written: string | undefined): readonly ReachEntry[] {
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
