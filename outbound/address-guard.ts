import { lookup as resolve, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** The target is one that this server must not reach. The message says which, and which setting allows it. */
export class RefusedAddressError extends Error {
  override name = 'RefusedAddressError';
}

// Never allowed: what no webhook or mirror can mean, cloud metadata services (169.254.169.254, fd00:ec2::254) above all.
const neverAllowed = new BlockList();
neverAllowed.addSubnet('0.0.0.0', 8, 'ipv4');
neverAllowed.addSubnet('169.254.0.0', 16, 'ipv4');
neverAllowed.addSubnet('224.0.0.0', 3, 'ipv4');
neverAllowed.addAddress('100.100.100.200', 'ipv4');
neverAllowed.addAddress('::', 'ipv6');
neverAllowed.addAddress('fd00:ec2::254', 'ipv6');
// 169.254.0.0/16 as NAT64 and 6to4 write it.
neverAllowed.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6');
neverAllowed.addSubnet('2002:a9fe::', 32, 'ipv6');
neverAllowed.addSubnet('fe80::', 10, 'ipv6');
neverAllowed.addSubnet('ff00::', 8, 'ipv6');

const privateAddresses = new BlockList();
privateAddresses.addSubnet('10.0.0.0', 8, 'ipv4');
privateAddresses.addSubnet('100.64.0.0', 10, 'ipv4');
privateAddresses.addSubnet('127.0.0.0', 8, 'ipv4');
privateAddresses.addSubnet('172.16.0.0', 12, 'ipv4');
privateAddresses.addSubnet('192.0.0.0', 24, 'ipv4');
privateAddresses.addSubnet('192.168.0.0', 16, 'ipv4');
privateAddresses.addSubnet('198.18.0.0', 15, 'ipv4');
privateAddresses.addAddress('::1', 'ipv6');
privateAddresses.addSubnet('fc00::', 7, 'ipv6');
// Addresses that carry an IPv4 address inside (NAT64, 6to4, Teredo): what they lead to cannot be told from here.
privateAddresses.addSubnet('64:ff9b::', 96, 'ipv6');
privateAddresses.addSubnet('2002::', 16, 'ipv6');
privateAddresses.addSubnet('2001::', 32, 'ipv6');

export interface AddressGuard {
  /**
   * Checks the host of a URL that somebody gave, resolving its name.
   *
   * @throws RefusedAddressError where it is, or resolves to, an address that is not allowed, or does not resolve
   */
  assertAllowed(url: URL): Promise<void>;
  /** For sockets: resolves names, and fails on an address that is not allowed. Not asked for literal addresses. */
  readonly lookup: LookupFunction;
}

/** Makes the guard of outbound requests. It judges resolved addresses, so no name can lead around it. */
export function createAddressGuard({ allowPrivate }: { allowPrivate: boolean }): AddressGuard {
  function refusal(address: string): string | undefined {
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (neverAllowed.check(address, family)) return 'a link-local, multicast or metadata-service address';
    if (!allowPrivate && privateAddresses.check(address, family)) {
      return 'a loopback or private address (OUTBOUND_ALLOW_PRIVATE=true allows these)';
    }
    return undefined;
  }

  function assertAddress(host: string, address: string): void {
    const reason = refusal(address);
    if (reason === undefined) return;
    const isLiteral = host === address;
    throw new RefusedAddressError(`${isLiteral ? host : `${host} resolves to ${address}, which`} is ${reason}`);
  }

  const lookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      try {
        for (const { address } of addresses) assertAddress(hostname, address);
      } catch (refused) {
        return callback(refused as Error, '');
      }
      const first = addresses[0] as LookupAddress;
      return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };

  return {
    lookup,
    assertAllowed: async (url) => {
      // WHATWG URLs write IPv6 hosts in brackets, and every spelling of an IPv4 address as four decimals.
      const host = url.hostname.replace(/^\[|\]$/g, '');
      if (isIP(host)) return assertAddress(host, host);
      await new Promise<void>((done, fail) => {
        lookup(host, { all: true }, (error) => {
          if (error instanceof RefusedAddressError) fail(error);
          else if (error)
            fail(new RefusedAddressError(`${host} cannot be resolved: ${error.message}`, { cause: error }));
          else done();
        });
      });
    },
  };
}
