/** One case of a suite that did not pass. */
export interface FailedCase {
  readonly name: string;
  /** As the suite calls it: `FAIL`, `Error`, `Skip`, `Disabled`. */
  readonly status: string;
  /** What the suite said about it; empty where it said nothing. */
  readonly message: string;
}

/** How a run of a conformance suite ended. */
export interface ConformanceReport {
  readonly counts: {
    readonly pass: number;
    readonly fail: number;
    readonly error: number;
    readonly skip: number;
    readonly disabled: number;
  };
  readonly failedCases: readonly FailedCase[];
}

/** Whether the suite ran and found nothing, and nothing was left out but what the version of the specification lacks. */
export function isClean({ counts }: ConformanceReport): boolean {
  return counts.pass > 0 && counts.fail === 0 && counts.error === 0 && counts.skip === 0;
}

/** The report as text for a terminal: one line for each case that did not pass, then the counts. */
export function formatReport({ counts, failedCases }: ConformanceReport): string {
  const cases = failedCases.map(({ name, status, message }) => {
    const lines = message.split('\n').filter(Boolean);
    return [`${status.padEnd(8)} ${name}`, ...lines.map((line) => `         ${line}`)].join('\n');
  });
  const { pass, fail, error, skip, disabled } = counts;
  return [...cases, `pass ${pass}, fail ${fail}, error ${error}, skip ${skip}, disabled ${disabled}`].join('\n');
}
