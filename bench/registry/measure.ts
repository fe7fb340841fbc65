import { run } from '../../local/process.ts';
import { type Load, type LoadOptions, type Operation, runLoad } from './load.ts';
import { type Usage, watchProcesses } from './process-usage.ts';
import type { Target } from './target.ts';
import { NotPossibleError, type Workload } from './workload.ts';

/** One measurement. */
export interface Round {
  readonly load: Load;
  readonly usage: Usage | undefined;
}

/** All measurements of one workload on one registry, or why there are none. */
export interface Series {
  readonly workload: string;
  readonly target: Target;
  readonly rounds: readonly Round[];
  readonly notPossible: string | undefined;
}

export interface MeasureOptions {
  readonly blobConnections: number;
  readonly metadataConnections: number;
  readonly durationMs: number;
  readonly rounds: number;
}

const warmUpMs = 500;
// All rounds of a workload, on all registries, have to fit on the disk.
const maxBytesPerRound = 2_500_000_000;
const syncTimeoutMs = 120_000;

/**
 * Measures a workload on all registries: one after the other within a round, in the other order in the next, each after
 * a warm-up of its own.
 */
export async function measure(
  workload: Workload,
  targets: readonly Target[],
  options: MeasureOptions,
): Promise<readonly Series[]> {
  const candidates: { target: Target; rounds: Round[]; operation: (() => Promise<Operation>) | string }[] = [];
  for (const target of targets) candidates.push({ target, rounds: [], operation: await prepare(workload, target) });

  const connections = workload.kind === 'blob' ? options.blobConnections : options.metadataConnections;
  for (let round = 0; round < options.rounds; round++) {
    for (const { target, rounds, operation } of round % 2 === 0 ? candidates : candidates.toReversed()) {
      if (typeof operation === 'string') continue;
      const load = { connections, maxBytes: maxBytesPerRound, leastPerConnection: 2, durationMs: options.durationMs };
      rounds.push(await measureOnce(target, await operation(), load));
    }
  }
  return candidates.map(({ target, rounds, operation }) => ({
    workload: workload.name,
    target,
    rounds,
    notPossible: typeof operation === 'string' ? operation : undefined,
  }));
}

async function prepare(workload: Workload, target: Target): Promise<(() => Promise<Operation>) | string> {
  try {
    return await workload.prepare(target);
  } catch (error) {
    if (error instanceof NotPossibleError) return error.message;
    throw new Error(`${workload.name} cannot be prepared on ${target.name}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function measureOnce(target: Target, operation: Operation, load: LoadOptions): Promise<Round> {
  await runLoad(target, operation, { ...load, leastPerConnection: 1, durationMs: warmUpMs });
  await syncDisk();
  return measureLoad(target, operation, load);
}

/** Runs a load, and watches the registry's processes meanwhile. */
export async function measureLoad(target: Target, operation: Operation, options: LoadOptions): Promise<Round> {
  const stopWatching = watchProcesses(target.pids);
  const load = await runLoad(target, operation, options);
  return { load, usage: stopWatching() };
}

/** Writes out what earlier work left in memory: a registry must not wait for the bytes that another did not sync. */
export async function syncDisk(): Promise<void> {
  const { code, stderr } = await run('sync', [], { timeoutMs: syncTimeoutMs });
  if (code !== 0) throw new Error(`the disk could not be synced: ${stderr}`);
}
