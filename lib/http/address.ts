import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';

// Built-ins by name at first use: most warm processes look no name up.
function loadNetwork<K extends 'node:net' | 'node:dns'>(name: K) {
  return process.getBuiltinModule(name);
}

/** Never asked: this host, its link, its cloud, its neighbors by multicast, and documentation ranges. */
const NEVER = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  // Of clouds, which answer there whatever runs in the machine, with its credentials among it: Azure, Alibaba.
  '168.63.129.16/32',
  '100.100.100.200/32',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // Unspecified, this host, and IPv4 in its old disguise (RFC 4291 §2.5.5.1).
  '::/96',
  // Translated to IPv4, whatever that is: by everybody (RFC 6052), and by a network of its own (RFC 8215).
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/32',
  '2001:db8::/32',
  '2002::/16',
  // Of clouds in IPv6: AWS, Google, Oracle.
  'fd00:ec2::/32',
  'fd20:ce::254/128',
  'fd00:c1::a9fe:a9fe/128',
  'fe80::/10',
  // What site-local was before it was given up (RFC 3879): some networks still route it.
  'fec0::/10',
  'ff00::/8',
];
/** Permitted by `allow_private_network`: one's own network (RFC 1918, 6598, 4193). */
const PRIVATE = ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'];

function createBlockList(ranges: readonly string[]) {
  const { BlockList } = loadNetwork('node:net');
  const list = new BlockList();
  for (const range of ranges) {
    const [base = '', bits = ''] = range.split('/');
    list.addSubnet(base, Number(bits), base.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}

let lists:
  | { never: ReturnType<typeof createBlockList>; private: ReturnType<typeof createBlockList> }
  | undefined;

/** May this address be asked? Judged when connecting, so that a name cannot be rebound (threat T61). */
export function isPermitted(address: string, allowPrivate: boolean): boolean {
  const { isIPv6 } = loadNetwork('node:net');
  lists ??= { never: createBlockList(NEVER), private: createBlockList(PRIVATE) };
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const [plain, family] =
    mapped !== undefined
      ? [mapped, 'ipv4' as const]
      : [address, isIPv6(address) ? ('ipv6' as const) : ('ipv4' as const)];
  return !lists.never.check(plain, family) && (allowPrivate || !lists.private.check(plain, family));
}

/** A name or a URL leads to an address that may not be asked. */
export class AddressRefused extends Error {
  readonly code = 'AddressRefused';
}

/** Finds every address of a name. */
export type Resolve = (
  hostname: string,
  done: (error: Error | null, found: readonly LookupAddress[]) => void,
) => void;

/** As the system does. */
export const resolveAll: Resolve = (hostname, done) =>
  loadNetwork('node:dns').lookup(hostname, { all: true }, done);

/** How addresses are found, and which of them may be asked. */
export type AddressRules = { readonly resolve: Resolve; readonly isPermitted: (address: string) => boolean };

/** Looks a name up for a connection, and fails with `AddressRefused` where it leads to what may not be asked. */
export function createGuardedLookup(rules: AddressRules): LookupFunction {
  return (hostname, options, callback) => {
    rules.resolve(hostname, (error, found) => {
      if (error) return callback(error, '', 0);
      const good = found.filter(({ address }) => rules.isPermitted(address));
      // One bad address condemns the name: a resolver that mixes them is trying something.
      if (good.length < found.length || good[0] === undefined)
        return callback(new AddressRefused('the name has an address that is not public'), '', 0);
      return options.all ? callback(null, [...good]) : callback(null, good[0].address, good[0].family);
    });
  };
}

/** Is the host an address itself, for which nothing is looked up, and one that may not be asked? */
export function isRefusedLiteral(url: URL, allowed: AddressRules['isPermitted']): boolean {
  const bare = url.hostname.replace(/^\[|\]$/g, '');
  return loadNetwork('node:net').isIP(bare) !== 0 && !allowed(bare);
}
