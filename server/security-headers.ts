/**
 * Headers of every answer, by which a browser takes nothing here for a page that may run, load or be framed by anything,
 * unless a route says otherwise (OWASP, "HTTP Security Response Headers Cheat Sheet"). NGINX's own answers repeat them.
 */
export const securityHeaders = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

export const securityHeaderEntries: readonly (readonly [string, string])[] = Object.entries(securityHeaders);
