import { isIPv6 } from 'node:net';

/** The networks that an address counts for. */
export interface Networks {
  /** Whoever has one address of IPv6 has 2^64 of them; of IPv4 it is the address. */
  readonly network: string;
  /** What one customer may be given of IPv6 (a /48: RFC 6177, RIPE-690), which holds 65,536 of the former. */
  readonly site: string;
}

/** Finds the networks of an address. What is no address is a network of its own. */
export function networksOf(address: string): Networks {
  if (!isIPv6(address)) return { network: address, site: address };
  if (address.startsWith('::ffff:')) return networksOf(address.slice('::ffff:'.length));
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::');
  const groups = head.split(':').filter(Boolean);
  const rest = tail === undefined ? [] : tail.split(':').filter(Boolean);
  const zeros = tail === undefined ? 0 : 8 - groups.length - rest.length;
  const all = [...groups, ...Array.from({ length: zeros }, () => '0'), ...rest];
  return { network: all.slice(0, 4).join(':'), site: all.slice(0, 3).join(':') };
}
