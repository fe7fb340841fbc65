import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import ipaddr from 'ipaddr.js';
import { classifyAddress, type AddressClass } from '../../outbound/address-class.ts';

const none = new Set<string>();

// Every entry of https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast.
const ipv4Blocks: readonly (readonly [string, AddressClass])[] = [
  ['0.0.0.0/8', 'forbidden'],
  ['0.0.0.0/32', 'forbidden'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'private'],
  ['127.0.0.0/8', 'private'],
  ['169.254.0.0/16', 'forbidden'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'private'],
  ['192.0.0.0/29', 'private'],
  ['192.0.0.8/32', 'private'],
  ['192.0.0.9/32', 'private'],
  ['192.0.0.10/32', 'private'],
  ['192.0.0.170/32', 'private'],
  ['192.0.0.171/32', 'private'],
  ['192.0.2.0/24', 'private'],
  ['192.31.196.0/24', 'private'],
  ['192.52.193.0/24', 'private'],
  ['192.88.99.0/24', 'private'],
  ['192.168.0.0/16', 'private'],
  ['192.175.48.0/24', 'private'],
  ['198.18.0.0/15', 'private'],
  ['198.51.100.0/24', 'private'],
  ['203.0.113.0/24', 'private'],
  ['224.0.0.0/4', 'forbidden'],
  ['240.0.0.0/4', 'forbidden'],
  ['255.255.255.255/32', 'forbidden'],
];

// Every entry of https://www.iana.org/assignments/iana-ipv6-special-registry, and what is not global unicast besides
// (https://www.iana.org/assignments/ipv6-address-space). Those of which every address stands for one
// of IPv4 are below.
const ipv6Blocks: readonly (readonly [string, AddressClass])[] = [
  ['::/128', 'forbidden'],
  ['::1/128', 'private'],
  ['64:ff9b:1::/48', 'private'],
  ['2002::/16', 'private'],
  ['100::/64', 'private'],
  ['100:0:0:1::/64', 'private'],
  ['2001::/23', 'private'],
  ['2001:1::1/128', 'private'],
  ['2001:1::2/128', 'private'],
  ['2001:1::3/128', 'private'],
  ['2001:2::/48', 'private'],
  ['2001:3::/32', 'private'],
  ['2001:4:112::/48', 'private'],
  ['2001:10::/28', 'private'],
  ['2001:20::/28', 'private'],
  ['2001:30::/28', 'private'],
  ['2001:db8::/32', 'private'],
  ['2620:4f:8000::/48', 'private'],
  ['3fff::/20', 'private'],
  ['5f00::/16', 'private'],
  ['fc00::/7', 'private'],
  ['fec0::/10', 'private'],
  ['fe80::/10', 'forbidden'],
  ['ff00::/8', 'forbidden'],
  ['100::/8', 'private'],
  ['200::/7', 'private'],
  ['400::/6', 'private'],
  ['800::/5', 'private'],
  ['1000::/4', 'private'],
  ['4000::/3', 'private'],
  ['6000::/3', 'private'],
  ['8000::/3', 'private'],
  ['a000::/3', 'private'],
  ['c000::/3', 'private'],
  ['e000::/4', 'private'],
  ['f000::/5', 'private'],
  ['f800::/6', 'private'],
  ['fe00::/9', 'private'],
];

/** The first, the last, and another address of a block, of which every byte that the block leaves open is 8. */
function samplesOf(block: string): [string, string, string] {
  const [network, prefix] = ipaddr.parseCIDR(block);
  const withRest = (rest: number): string =>
    ipaddr
      .fromByteArray(
        network
          .toByteArray()
          .map((byte, index) => byte | (rest & (0xff >> Math.min(8, Math.max(0, prefix - index * 8))))),
      )
      .toString();
  return [withRest(0), withRest(0xff), withRest(8)];
}

for (const [name, blocks] of [
  ['IPv4', ipv4Blocks],
  ['IPv6', ipv6Blocks],
] as const) {
  test(`no special-purpose block of ${name} is public`, () => {
    for (const [block, expected] of blocks) {
      const [first, last, another] = samplesOf(block);
      for (const address of [first, last, another]) assert.notEqual(classifyAddress(address, none), 'public', address);
      assert.equal(classifyAddress(another, none), expected, `${another} of ${block}`);
    }
  });
}

// The addresses next to the blocks, and what is like one of a cloud's.
const publicAddresses = `
  1.0.0.0 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0
  172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0
  203.0.112.255 203.0.114.0 223.255.255.255 168.63.129.15 168.63.129.17 2000::1 2001:200:: 2001:db7:ffff:: 2001:db9:: 2003::
  2606:4700::1111 2620:4f:7fff:: 2620:4f:8001:: 3ffe:: 3fff:1000::`;
const cloudServices = `
  169.254.169.254 169.254.170.2 168.63.129.16 100.100.100.200 192.0.0.192 fe80::a9fe:a9fe fe80::1%eth0 fd00:ec2::254
  fd00:ec2::23 fd20:ce::254 fd00:c1::a9fe:a9fe`;

test('what lies beside the blocks is public', () => {
  for (const address of publicAddresses.trim().split(/\s+/)) {
    assert.equal(classifyAddress(address, none), 'public', address);
  }
});

test('the services of clouds for their machines are forbidden', () => {
  for (const address of cloudServices.trim().split(/\s+/)) {
    assert.equal(classifyAddress(address, none), 'forbidden', address);
  }
});

/** Every form in which an address of IPv6 carries one of IPv4. */
function carriersOf([a, b, c, d]: readonly [number, number, number, number]): { same: string[]; others: string[] } {
  const hex = (...bytes: number[]): string => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const [high, low] = [hex(a, b), hex(c, d)];
  return {
    same: [
      `::ffff:${a}.${b}.${c}.${d}`,
      `::ffff:${high}:${low}`,
      `64:ff9b::${a}.${b}.${c}.${d}`,
      `64:ff9b::${high}:${low}`,
    ],
    others: [
      `::${a}.${b}.${c}.${d}`,
      `::ffff:0:${a}.${b}.${c}.${d}`,
      `64:ff9b:1::${high}:${low}`,
      `64:ff9b:1:${high}:${hex(0, c)}:${hex(d, 0)}::`,
      `64:ff9b:1:${hex(0, a)}:${hex(0, b)}:${low}::`,
      `64:ff9b:1:0:${hex(0, a)}:${hex(b, c)}:${hex(d, 0)}:0`,
      `2002:${high}:${low}::`,
      `2001:0:${high}:${low}:0:0:${hex(a ^ 255, b ^ 255)}:${hex(c ^ 255, d ^ 255)}`,
    ],
  };
}

test('an address of IPv6 that carries one of IPv4 is never better than that', () => {
  for (const [octets, expected] of [
    [[8, 8, 8, 8], 'public'],
    [[127, 0, 0, 1], 'private'],
    [[10, 0, 0, 1], 'private'],
    [[192, 168, 1, 1], 'private'],
    [[198, 51, 100, 1], 'private'],
    [[169, 254, 169, 254], 'forbidden'],
    [[168, 63, 129, 16], 'forbidden'],
    [[100, 100, 100, 200], 'forbidden'],
  ] as const) {
    const { same, others } = carriersOf(octets);
    for (const address of same) assert.equal(classifyAddress(address, none), expected, address);
    const notPublic = expected === 'public' ? 'private' : expected;
    for (const address of others) assert.equal(classifyAddress(address, none), notPublic, address);
  }
});

test("this machine's own addresses are private, whatever they are", () => {
  const own = new Set(['8.8.8.8', '2606:4700:0:0:0:0:0:1111']);
  assert.equal(classifyAddress('8.8.8.8', own), 'private');
  assert.equal(classifyAddress('::ffff:8.8.8.8', own), 'private');
  assert.equal(classifyAddress('64:ff9b::808:808', own), 'private');
  assert.equal(classifyAddress('2606:4700::1111', own), 'private');
  assert.equal(classifyAddress('8.8.4.4', own), 'public');
  for (const { address } of Object.values(networkInterfaces()).flatMap((each) => each ?? [])) {
    assert.notEqual(classifyAddress(address), 'public', address);
  }
});
