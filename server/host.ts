import type { IncomingMessage } from 'node:http';

// RFC 3986 section 3.2.2: a registered name or an address, and perhaps a port. An empty one names nothing.
const host = /^(?:[\w.~!$&'()*+,;=%-]+|\[[\da-f:.]+\])(?::\d{0,5})?$/i;

/**
 * What is wrong with the `Host` of a request (RFC 9112 section 3.2: exactly one, and well-formed); undefined: nothing.
 * Two parties that each take another one of two hosts can be played off against each other.
 */
export function hostProblem({ rawHeaders, httpVersion }: IncomingMessage): string | undefined {
  let found: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length !== 4 || name.toLowerCase() !== 'host') continue;
    if (found !== undefined) return 'the request has more than one Host header: send one';
    found = rawHeaders[index + 1] ?? '';
  }
  if (found === undefined) {
    return httpVersion === '1.1' ? 'the request has no Host header: HTTP/1.1 asks for one' : undefined;
  }
  return host.test(found) ? undefined : 'the Host header is not a host name or address with a port';
}
