import { describe, expect, test } from 'vitest';
import { isInRange, nameNetwork, readAddress, readRange } from '../../lib/policy/cidr.ts';

function inside(one: string, within: string): boolean {
  const [from, to] = [readAddress(one), readRange(within)];
  if (!from || !to) throw new Error(`${one} or ${within} is malformed`);
  return isInRange(from, to);
}

describe('an address is inside a range', () => {
  test.each([
    ['the first of it', '203.0.113.0', '203.0.113.0/24'],
    ['the last of it', '203.0.113.255', '203.0.113.0/24'],
    ['any IPv4 address of /0', '198.51.100.1', '0.0.0.0/0'],
    ['a single address', '198.51.100.1', '198.51.100.1'],
    ['a single address as /32', '198.51.100.1', '198.51.100.1/32'],
    ['IPv6', '2001:db8::1', '2001:db8::/32'],
    ['IPv6 in another spelling', '2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['an IPv4-mapped address, unwrapped', '::ffff:203.0.113.7', '203.0.113.0/24'],
    ['an IPv4-mapped address in hex, unwrapped', '::ffff:cb00:7107', '203.0.113.0/24'],
    ['an IPv4 address in a mapped single range', '203.0.113.7', '::ffff:203.0.113.7'],
    ['the unspecified address', '::', '::/0'],
    ['a gap of one group', '1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['IPv6 without a gap that ends in dotted IPv4', '64:ff9b:0:0:0:0:203.0.113.7', '64:ff9b::/96'],
  ])('%s', (_name, one, within) => {
    expect(inside(one, within)).toBe(true);
  });
});

describe('an address is outside a range', () => {
  test.each([
    ['the one before it', '203.0.112.255', '203.0.113.0/24'],
    ['the one after it', '203.0.114.0', '203.0.113.0/24'],
    ['IPv4 and the whole of IPv6', '203.0.113.7', '::/0'],
    ['mapped IPv4 and the whole of IPv6', '::ffff:203.0.113.7', '::/0'],
    ['IPv6 and the whole of IPv4', '2001:db8::1', '0.0.0.0/0'],
    ['IPv4-compatible, which is not mapped', '::203.0.113.7', '203.0.113.0/24'],
  ])('%s', (_name, one, within) => {
    expect(inside(one, within)).toBe(false);
  });
});

test.each([
  ['nothing', ''],
  ['a name', 'localhost'],
  ['three parts', '203.0.113'],
  ['five parts', '203.0.113.7.1'],
  ['a part above 255', '203.0.113.256'],
  ['a leading zero, octal to some', '203.0.113.07'],
  ['hex', '0xcb.0.0.1'],
  ['a port', '203.0.113.7:443'],
  ['brackets', '[2001:db8::1]'],
  ['a zone', 'fe80::1%eth0'],
  ['two gaps', '1::2::3'],
  ['three colons', ':::'],
  ['seven groups', '1:2:3:4:5:6:7'],
  ['nine groups', '1:2:3:4:5:6:7:8:9'],
  ['a gap where all eight groups stand', '1:2:3:4::5:6:7:8'],
  ['five digits', '12345::'],
  ['IPv4 before the gap', '203.0.113.7::'],
  ['a space', ' 203.0.113.7'],
  ['IPv6 that ends in no IPv4', '::ffff:203.0.113.256'],
])('%s is not an address', (_name, text) => {
  expect(readAddress(text)).toBeUndefined();
});

test.each([
  ['host bits', '203.0.113.7/24'],
  ['IPv6 host bits', '2001:db8::1/64'],
  ['a prefix that is too long', '203.0.113.0/33'],
  ['an IPv6 prefix that is too long', '2001:db8::/129'],
  ['a negative prefix', '203.0.113.0/-1'],
  ['an empty prefix', '203.0.113.0/'],
  ['two prefixes', '203.0.113.0/24/24'],
  ['a netmask', '203.0.113.0/255.255.255.0'],
  ['a leading zero', '203.0.113.0/08'],
  ['a mapped base, whose prefix is ambiguous', '::ffff:203.0.113.0/120'],
  ['a mapped base, though the prefix would fit IPv4', '::ffff:203.0.113.0/24'],
  ['no address', '/24'],
])('a range with %s is malformed', (_name, text) => {
  expect(readRange(text)).toBeUndefined();
});

test.each([
  ['192.0.2.1', '3221225985'],
  ['::ffff:192.0.2.1', '3221225985'],
  ['2001:db8:1:2:3::4', '20010db800010002::/64'],
  ['2001:db8:1:2::9', '20010db800010002::/64'],
  ['2001:db8:1:3::9', '20010db800010003::/64'],
  ['nobody', ''],
  [undefined, ''],
])('the network of %s is %s', (address, network) => {
  expect(nameNetwork(address)).toBe(network);
});
