import type { RequestHeaders } from './request-head.ts';

/** One cookie of this server, for its own host alone, which scripts of pages cannot read. */
export interface Cookie {
  /** Its value in a request; undefined where there is none. Whoever sent the request may have made it up. */
  readonly read: (headers: RequestHeaders) => string | undefined;
  /**
   * The header `Set-Cookie` that gives it to a browser. The value is of `[\w.~-]`.
   *
   * @param maxAgeMs undefined: until the browser is closed
   */
  readonly set: (value: string, maxAgeMs: number | undefined) => string;
  /** The header `Set-Cookie` that takes it away again. */
  readonly clear: string;
}

/**
 * Makes a cookie. Over TLS its name has the prefix `__Host-`, so that no other host of the domain and no page without
 * TLS can set one of this name (RFC 6265bis, section 4.1.3.2). Pages of other sites send it with a link that somebody
 * follows, and with nothing else (`SameSite=Lax`).
 *
 * @param publicUrl the URL under which browsers know this server
 */
export function createCookie(name: string, publicUrl: string): Cookie {
  const isSecure = publicUrl.startsWith('https:');
  const fullName = isSecure ? `__Host-${name}` : name;
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  const set: Cookie['set'] = (value, maxAgeMs) =>
    `${fullName}=${value}; ${attributes}${maxAgeMs === undefined ? '' : `; Max-Age=${Math.floor(maxAgeMs / 1_000)}`}`;
  return {
    read: ({ cookie = '' }) => {
      const pair = cookie.split(';').find((each) => each.trimStart().startsWith(`${fullName}=`));
      return pair?.trim().slice(fullName.length + 1);
    },
    set,
    clear: set('', 0),
  };
}
