import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';

/**
 * What an address leads to: `public`, a host of the internet; `private`, whatever else an administrator may want to reach,
 * such as this machine and its networks; `forbidden`, what no webhook or mirror can mean.
 */
export type AddressClass = 'public' | 'private' | 'forbidden';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Block = ReturnType<typeof ipaddr.parseCIDR>;

const forbiddenBlocks = [
  // This network, link-local, multicast and reserved addresses (IANA IPv4 Special-Purpose Address Registry; RFC 5771).
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // Unspecified, link-local and multicast addresses (RFC 4291, sections 2.5.2, 2.5.6 and 2.7).
  '::/128',
  'fe80::/10',
  'ff00::/8',
  // Services of clouds for their machines, with credentials among what they tell, that are not link-local: Azure, Alibaba
  // Cloud, Oracle Cloud; AWS, Google Cloud, Oracle Cloud by IPv6.
  '168.63.129.16/32',
  '100.100.100.200/32',
  '192.0.0.192/32',
  'fd00:ec2::/32',
  'fd20:ce::254/128',
  'fd00:c1::a9fe:a9fe/128',
].map((block) => ipaddr.parseCIDR(block));

const globalUnicast = ipaddr.parseCIDR('2000::/3');
/** Blocks whose addresses are one of IPv4, to the system or to a network of IPv6 alone: mapped, and by NAT64 (RFC 6052). */
const aliases = ['::ffff:0:0/96', '64:ff9b::/96'].map((block) => ipaddr.parseCIDR(block));

const lastBytes = [12, 13, 14, 15];
/** Other blocks whose addresses carry one of IPv4, and in which bytes. */
const carriers = [
  // IPv4-compatible addresses (RFC 4291, section 2.5.5.1), and those of SIIT (RFC 2765, section 2.1).
  { block: ipaddr.parseCIDR('::/96'), positions: lastBytes },
  { block: ipaddr.parseCIDR('::ffff:0:0:0/96'), positions: lastBytes },
  // NAT64 of one's own, with prefixes of 96, 48, 56 and 64 bits (RFC 8215; RFC 6052, section 2.2).
  { block: ipaddr.parseCIDR('64:ff9b:1::/48'), positions: lastBytes },
  { block: ipaddr.parseCIDR('64:ff9b:1::/48'), positions: [6, 7, 9, 10] },
  { block: ipaddr.parseCIDR('64:ff9b:1::/48'), positions: [7, 9, 10, 11] },
  { block: ipaddr.parseCIDR('64:ff9b:1::/48'), positions: [9, 10, 11, 12] },
  // 6to4 (RFC 3056, section 2), and Teredo, which turns the bits around (RFC 4380, section 4).
  { block: ipaddr.parseCIDR('2002::/16'), positions: [2, 3, 4, 5] },
  { block: ipaddr.parseCIDR('2001::/32'), positions: lastBytes, isFlipped: true },
];

/**
 * Tells what an address leads to. Public is what is known to be so: a unicast address that no entry of IANA's registries of
 * special-purpose addresses covers (RFC 6890; https://www.iana.org/assignments/iana-ipv4-special-registry and
 * iana-ipv6-special-registry), of IPv6 within 2000::/3, from which alone is allocated, and that is none of this machine.
 *
 * @param address an IP address, as sockets and the system write them
 * @param own those of this machine's interfaces
 */
export function classifyAddress(address: string, own: ReadonlySet<string> = ownAddresses()): AddressClass {
  return classify(parse(address), own);
}

function classify(address: Address, own: ReadonlySet<string>): AddressClass {
  if (isInAny(address, forbiddenBlocks)) return 'forbidden';
  if (own.has(address.toNormalizedString())) return 'private';
  if (address instanceof ipaddr.IPv4) return address.range() === 'unicast' ? 'public' : 'private';
  const bytes = address.toByteArray();
  if (isInAny(address, aliases)) return classify(carriedIn(bytes, lastBytes), own);
  const isOfForbidden = carriers.some(({ block, positions, isFlipped = false }) => {
    if (!isInAny(address, [block])) return false;
    const carried = carriedIn(isFlipped ? bytes.map((byte) => byte ^ 0xff) : bytes, positions);
    // Where it begins with 0 it carries none in these bytes.
    return carried.octets[0] !== 0 && isInAny(carried, forbiddenBlocks);
  });
  if (isOfForbidden) return 'forbidden';
  return isInAny(address, [globalUnicast]) && address.range() === 'unicast' ? 'public' : 'private';
}

/** The parser of the library takes `::1.2.3.4` for a mapped address, so it gets what a URL makes of it, and no zone. */
function parse(address: string): Address {
  const [plain = ''] = address.split('%');
  return ipaddr.parse(isIPv6(plain) ? new URL(`http://[${plain}]`).hostname.slice(1, -1) : plain);
}

function carriedIn(bytes: readonly number[], positions: readonly number[]): ipaddr.IPv4 {
  return new ipaddr.IPv4(positions.map((position) => bytes[position] ?? 0));
}

function isInAny(address: Address, blocks: readonly Block[]): boolean {
  return blocks.some(([network, prefix]) => address.kind() === network.kind() && address.match(network, prefix));
}

/** The addresses of this machine's interfaces, the public ones among them. They may change while it runs. */
function ownAddresses(): Set<string> {
  const interfaces = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return new Set(interfaces.map(({ address }) => parse(address).toNormalizedString()));
}
