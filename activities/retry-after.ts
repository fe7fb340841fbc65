/**
 * Reads a `Retry-After` header (RFC 9110, section 10.2.3): seconds, or an HTTP date.
 *
 * @param nowMs milliseconds since 1970
 * @returns how long to wait, in ms, not below 0; undefined where there is no such header or it makes no sense
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  // Date.parse makes a date of almost anything, "-1" too, and of a day that does not exist one of the next month.
  const [, day] = /^[A-Z][a-z]{2,8}, (\d\d)[ -].+ GMT$/.exec(header) ?? [];
  const date = new Date(header);
  return day === undefined || date.getUTCDate() !== Number(day) ? undefined : Math.max(0, date.getTime() - nowMs);
}
