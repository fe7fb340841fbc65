import type { Round, Series } from './measure.ts';
import { median, percentile } from './statistics.ts';

/** The figures of one workload on one registry. NaN for what was not measured. */
export interface Summary {
  readonly workload: string;
  readonly registry: string;
  readonly durability: string;
  readonly rounds: number;
  readonly operations: number;
  /** Median of the rounds. */
  readonly operationsPerSecond: number;
  readonly megabytesPerSecond: number;
  /** Of all operations of all rounds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time that the registry's processes took for an operation: what other load on the machine distorts least. */
  readonly cpuMsPerOperation: number;
  readonly peakSumBytes: number;
  readonly peakProcessBytes: number;
  readonly peakProcess: string;
  readonly errors: number;
  readonly firstError: string | undefined;
  /** Processors that the load itself kept busy. */
  readonly loadProcessors: number;
  readonly notPossible: string | undefined;
}

/** How one registry compares with another; each is a median over rounds of first divided by second. */
export interface Ratio {
  readonly workload: string;
  readonly registry: string;
  readonly peer: string;
  readonly operationsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly cpuPerOperation: number;
  readonly peakSum: number;
}

/** Sums a series up. */
export function summarize({ workload, target, rounds, notPossible }: Series): Summary {
  const latenciesMs = rounds.flatMap(({ load }) => load.latenciesMs);
  const peak = rounds.map(({ usage }) => usage).reduce((a, b) => (peakOf(b) > peakOf(a) ? b : a), undefined);
  return {
    workload,
    registry: target.name,
    durability: target.durability,
    rounds: rounds.length,
    operations: latenciesMs.length,
    operationsPerSecond: median(rounds.map(operationsPerSecond)),
    megabytesPerSecond: median(rounds.map(({ load }) => load.bytes / 1_000 / load.elapsedMs)),
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    cpuMsPerOperation: median(rounds.map(cpuPerOperation)),
    peakSumBytes: Math.max(...rounds.map(({ usage }) => usage?.peakSumBytes ?? Number.NaN)),
    peakProcessBytes: peakOf(peak),
    peakProcess: peak?.peakProcess ?? '',
    errors: rounds.reduce((sum, { load }) => sum + load.errors, 0),
    firstError: rounds.find(({ load }) => load.firstError !== undefined)?.load.firstError,
    loadProcessors: median(rounds.map(({ load }) => load.ownCpuMs / load.elapsedMs)),
    notPossible,
  };
}

/** Compares two registries, round by round: within a round both met about the same machine. */
export function compare(series: Series, peer: Series): Ratio {
  const overRounds = (figure: (round: Round) => number): number =>
    median(series.rounds.map((round, i) => figure(round) / (peer.rounds[i] ? figure(peer.rounds[i]) : Number.NaN)));
  return {
    workload: series.workload,
    registry: series.target.name,
    peer: peer.target.name,
    operationsPerSecond: overRounds(operationsPerSecond),
    p50: overRounds(({ load }) => percentile(load.latenciesMs, 0.5)),
    p99: overRounds(({ load }) => percentile(load.latenciesMs, 0.99)),
    cpuPerOperation: overRounds(cpuPerOperation),
    peakSum: overRounds(({ usage }) => usage?.peakSumBytes ?? Number.NaN),
  };
}

function operationsPerSecond({ load }: Round): number {
  return (load.latenciesMs.length * 1_000) / load.elapsedMs;
}

function cpuPerOperation({ load, usage }: Round): number {
  return usage ? usage.cpuMs / load.latenciesMs.length : Number.NaN;
}

function peakOf(usage: Round['usage']): number {
  return usage?.peakProcessBytes ?? Number.NEGATIVE_INFINITY;
}
