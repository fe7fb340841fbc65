import { lookup as resolve, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { classifyAddress } from './address-class.ts';
import { RefusedAddressError } from './errors.ts';

export interface AddressGuard {
  /**
   * Checks the host of a URL that somebody gave, resolving its name. A name that is refused is refused after the same time,
   * whether it leads to a private address or to none: how long that took would tell what is in the network.
   *
   * @throws RefusedAddressError where it is, or resolves to, an address that is not allowed, or is not resolved in that time
   */
  readonly assertAllowed: (url: URL) => Promise<void>;
  /**
   * Checks a host that is an address, for which sockets do not ask `lookup`.
   *
   * @throws RefusedAddressError
   */
  readonly assertLiteralAllowed: (url: URL) => void;
  /** For sockets: resolves names, and fails with RefusedAddressError on one that has an address which is not allowed. */
  readonly lookup: LookupFunction;
}

export interface AddressGuardOptions {
  /** Whether private addresses are allowed; some never are. */
  readonly allowPrivate: boolean;
  /** How long a check takes that refuses a name. Default 2 s. */
  readonly refusalMs?: number;
  /** Resolves names; the system's resolver by default. */
  readonly resolve?: typeof resolve;
}

/**
 * Makes the guard of outbound requests. It judges resolved addresses, and a socket gets those that were judged, so no name
 * can lead around it, not even one that changes its address in between.
 */
export function createAddressGuard(options: AddressGuardOptions): AddressGuard {
  const { allowPrivate, refusalMs = 2_000, resolve: resolveName = resolve } = options;

  function assertAddress(host: string, address: string): void {
    const addressClass = classifyAddress(address);
    if (addressClass === 'public' || (addressClass === 'private' && allowPrivate)) return;
    throw new RefusedAddressError({
      isLiteral: host === address,
      reason: `${address} is a ${addressClass} address`,
    });
  }

  function assertLiteralAllowed(url: URL): void {
    const host = hostOf(url);
    if (isIP(host)) assertAddress(host, host);
  }

  const lookup: LookupFunction = (hostname, lookupOptions, callback) => {
    resolveName(hostname, { ...lookupOptions, all: true }, (error, addresses) => {
      if (error) return callback(new RefusedAddressError({ isLiteral: false, reason: error }), '');
      try {
        for (const { address } of addresses) assertAddress(hostname, address);
      } catch (refused) {
        return callback(refused as Error, '');
      }
      const first = addresses[0] as LookupAddress;
      return lookupOptions.all ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };

  async function assertNameAllowed(host: string): Promise<void> {
    const { promise: timeIsUp, resolve: endTime } = Promise.withResolvers<void>();
    const timer = setTimeout(endTime, refusalMs);
    const verdict = new Promise<Error | undefined>((done) => {
      lookup(host, { all: true }, (error) => done(error ?? undefined));
    });
    const late = timeIsUp.then(
      () => new RefusedAddressError({ isLiteral: false, reason: 'it was not resolved in time' }),
    );
    const refusal = await Promise.race([verdict, late]);
    if (refusal === undefined) return clearTimeout(timer);
    await timeIsUp;
    throw refusal;
  }

  return {
    lookup,
    assertLiteralAllowed,
    assertAllowed: async (url) => {
      const host = hostOf(url);
      if (isIP(host)) assertAddress(host, host);
      else await assertNameAllowed(host);
    },
  };
}

/** WHATWG URLs write IPv6 hosts in brackets, and every spelling of an IPv4 address as four decimals. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}
