import { readFileSync } from 'node:fs';

/** What processes took while they were watched. */
export interface Usage {
  readonly cpuMs: number;
  /** Peak of the sum of resident memory, memory that PostgreSQL's processes share counted once. */
  readonly peakSumBytes: number;
  /** Peak of the one process that had most, and its name. */
  readonly peakProcessBytes: number;
  readonly peakProcess: string;
}

const sampleMs = 100;
// Linux counts processor time in hundredths of a second (proc_pid_stat(5); sysconf(_SC_CLK_TCK) is 100 on every platform
// that Node runs on).
const tickMs = 10;

/**
 * Watches processes, and those that they started, until the returned function is called.
 *
 * @returns gives what they took; nothing where there are none, or no `/proc`
 */
export function watchProcesses(pids: readonly number[]): () => Usage | undefined {
  if (pids.length === 0 || process.platform !== 'linux') return () => undefined;
  const cpuBefore = new Map(treeOf(pids).map((pid) => [pid, cpuMsOf(pid)]));
  const cpuLast = new Map<number, number>();
  let peakSumBytes = 0;
  let peakProcessBytes = 0;
  let peakProcess = '';

  function sample(): void {
    let sumBytes = 0;
    let sharedBytes = 0;
    for (const pid of treeOf(pids)) {
      cpuLast.set(pid, cpuMsOf(pid));
      const memory = memoryOf(pid);
      if (!memory) continue;
      sumBytes += memory.rssBytes - memory.sharedBytes;
      sharedBytes = Math.max(sharedBytes, memory.sharedBytes);
      if (memory.rssBytes > peakProcessBytes) {
        peakProcessBytes = memory.rssBytes;
        peakProcess = memory.name;
      }
    }
    peakSumBytes = Math.max(peakSumBytes, sumBytes + sharedBytes);
  }

  sample();
  const timer = setInterval(sample, sampleMs);
  return () => {
    clearInterval(timer);
    sample();
    let cpuMs = 0;
    for (const [pid, ms] of cpuLast) cpuMs += ms - (cpuBefore.get(pid) ?? 0);
    return { cpuMs, peakSumBytes, peakProcessBytes, peakProcess };
  };
}

/** The resident memory of processes and those that they started, memory that they share counted once. */
export function residentTreeBytes(pids: readonly number[]): number {
  const found = treeOf(pids).flatMap((pid) => memoryOf(pid) ?? []);
  const ownBytes = found.reduce((sum, { rssBytes, sharedBytes }) => sum + rssBytes - sharedBytes, 0);
  return ownBytes + Math.max(0, ...found.map(({ sharedBytes }) => sharedBytes));
}

/** The same in bytes, by name: `main` is the process itself, `node` those that it forked; shared memory counts for one each. */
export function residentByName(pid: number): Readonly<Record<string, number>> {
  const sums: Record<string, { ownBytes: number; sharedBytes: number }> = {};
  for (const each of treeOf([pid])) {
    const memory = memoryOf(each);
    if (!memory) continue;
    const name = each === pid ? 'main' : memory.name;
    const { ownBytes, sharedBytes } = sums[name] ?? { ownBytes: 0, sharedBytes: 0 };
    sums[name] = {
      ownBytes: ownBytes + memory.rssBytes - memory.sharedBytes,
      sharedBytes: Math.max(sharedBytes, memory.sharedBytes),
    };
  }
  return Object.fromEntries(
    Object.entries(sums).map(([name, { ownBytes, sharedBytes }]) => [name, ownBytes + sharedBytes]),
  );
}

function treeOf(pids: readonly number[]): number[] {
  return pids.flatMap((pid) => {
    const children = readProc(`${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
    return [pid, ...treeOf(children)];
  });
}

function cpuMsOf(pid: number): number {
  // Fields 14 and 15; the second is a name in brackets that may itself hold spaces and brackets.
  const fields = readProc(`${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * tickMs;
}

function memoryOf(pid: number): { name: string; rssBytes: number; sharedBytes: number } | undefined {
  const text = readProc(`${pid}/status`);
  const kib = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  // The name of its first thread is what Node leaves there.
  const name = /^Name:\s+(.*)$/m.exec(text)?.[1]?.replace('MainThread', 'node');
  return name === undefined ? undefined : { name, rssBytes: kib('VmRSS') * 1024, sharedBytes: kib('RssShmem') * 1024 };
}

/** Empty for a process that has ended. */
function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return '';
  }
}
