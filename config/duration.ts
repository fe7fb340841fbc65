const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
// What Go's time.Duration holds, in whole ms. Longer ones would also leave what PostgreSQL can add to a time.
const maxDurationMs = 9_223_372_036_854;
const part = /(\d+(?:\.\d+)?)(ms|s|m|h)/y;

/**
 * Reads a duration as MSR writes it: a Go duration string such as `30s`, `1h30m` or `250ms`.
 *
 * @param text decimal numbers, each with a unit of `ms`, `s`, `m` or `h`; `0` alone is allowed
 * @returns whole milliseconds, or undefined where the text is not a duration
 */
export function parseDurationMs(text: string): number | undefined {
  if (text === '0') return 0;
  let totalMs = 0;
  part.lastIndex = 0;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (!match) return undefined;
    totalMs += Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
  }
  return text === '' || totalMs > maxDurationMs ? undefined : Math.round(totalMs);
}
