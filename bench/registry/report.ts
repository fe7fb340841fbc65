import { cpus, totalmem } from 'node:os';
import type { Ratio, Summary } from './summary.ts';

const columns = [
  ['workload', 21],
  ['registry', 14],
  ['op/s', 9],
  ['p50 ms', 9],
  ['p99 ms', 9],
  ['MB/s', 8],
  ['cpu ms/op', 10],
  ['RSS MB', 8],
  ['largest MB', 21],
  ['load cpu', 9],
  ['errors', 7],
] as const;

/** The class of this machine, in a line. */
export function describeMachine(): string {
  const processors = cpus();
  const gib = Math.round(totalmem() / 1024 ** 3);
  return `${processors.length} × ${processors[0]?.model ?? 'processor'}, ${gib} GiB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;
}

/** The heading of the table, and what its figures mean. */
export function printHeading(durabilities: ReadonlyMap<string, string>): void {
  for (const [name, durability] of durabilities) console.log(`${name}: 201 to a push means ${durability}`);
  console.log(
    'Ratios are medians over rounds, each of two neighbours in time; absolute figures move with the machine.\n',
  );
  console.log(columns.map(([title, width], i) => (i < 2 ? title.padEnd(width) : title.padStart(width))).join(''));
}

/** The rows of one workload: a row for each registry, then a row for each ratio. */
export function printWorkload(summaries: readonly Summary[], ratios: readonly Ratio[]): void {
  for (const summary of summaries) {
    if (summary.notPossible !== undefined) {
      console.log(`${row([summary.workload, summary.registry])}left out: ${summary.notPossible}`);
      continue;
    }
    console.log(
      row([
        summary.workload,
        summary.registry,
        figure(summary.operationsPerSecond),
        figure(summary.p50Ms),
        figure(summary.p99Ms),
        figure(summary.megabytesPerSecond),
        figure(summary.cpuMsPerOperation),
        megabytes(summary.peakSumBytes),
        `${summary.peakProcess} ${megabytes(summary.peakProcessBytes)}`,
        figure(summary.loadProcessors),
        String(summary.errors),
      ]),
    );
    if (summary.firstError !== undefined) console.log(`  ${summary.registry}: ${summary.firstError}`);
  }
  for (const ratio of ratios) {
    console.log(
      row([
        '',
        `  ÷ ${ratio.peer}`.slice(0, 16),
        times(ratio.operationsPerSecond),
        times(ratio.p50),
        times(ratio.p99),
        '',
        times(ratio.cpuPerOperation),
        times(ratio.peakSum),
      ]),
    );
  }
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, i) => {
      const width = columns[i]?.[1] ?? 0;
      return i < 2 ? cell.padEnd(width) : cell.padStart(width);
    })
    .join('');
}

function times(ratio: number): string {
  return Number.isFinite(ratio) ? `${ratio.toFixed(2)}×` : '-';
}

function figure(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function megabytes(bytes: number): string {
  return Number.isFinite(bytes) ? (bytes / 1_000_000).toFixed(0) : '-';
}
