import type pg from 'pg';
import { percentile } from '../registry/statistics.ts';

/** One statement, or a few that belong together, and how long they may take. */
export interface Case {
  readonly name: string;
  readonly limitMs: number;
  /** What is held against the limit; default p99. */
  readonly judgedBy?: 'p50' | undefined;
  readonly run: () => Promise<unknown>;
}

/** What measures and prints. */
export interface Measure {
  /** Runs each case many times. */
  readonly cases: (cases: readonly Case[]) => Promise<void>;
  /** Runs something that changes what it measures, once. It gives the name of its line. */
  readonly once: (limitMs: number, run: () => Promise<string>) => Promise<void>;
  /** Runs one after the other until one gives false; each is told the how manyth it is. */
  readonly pages: (name: string, limitMs: number, run: (runs: number) => Promise<boolean>) => Promise<void>;
}

const mostRuns = 100;
const fewestRuns = 20;
/** After so long a case is not run more often than it has to be. */
const enoughMs = 2_000;

/**
 * Makes the table. Beside times, which other load moves, it shows for each run how many pages of 8 KiB PostgreSQL looked
 * at and how much WAL it wrote, which other load does not move.
 *
 * @param pool of one connection, whose counters are read
 */
export function createMeasure(pool: pg.Pool): Measure {
  async function readCounters(): Promise<{ pages: number; walBytes: number }> {
    // Counters of a connection are published at the end of a statement, once a second unless told to.
    await pool.query('SELECT pg_stat_force_next_flush()');
    const { rows } = await pool.query<{ pages: number; walBytes: number }>(
      `SELECT (sum(hits) + sum(reads))::bigint AS pages, (pg_current_wal_insert_lsn() - '0/0')::bigint AS "walBytes"
       FROM pg_stat_get_backend_io(pg_backend_pid())`,
    );
    return rows[0] ?? { pages: 0, walBytes: 0 };
  }

  /** Runs something until it gives false, and shows its line. */
  async function measure(
    name: () => string,
    limit: Pick<Case, 'limitMs' | 'judgedBy'>,
    run: (runs: number, spentMs: number) => Promise<boolean>,
  ): Promise<void> {
    const timesMs: number[] = [];
    const before = await readCounters();
    for (let goesOn = true, spentMs = 0; goesOn;) {
      const startedMs = performance.now();
      goesOn = await run(timesMs.length + 1, spentMs);
      const timeMs = performance.now() - startedMs;
      timesMs.push(timeMs);
      spentMs += timeMs;
    }
    const after = await readCounters();
    const p50 = percentile(timesMs, 0.5);
    const p99 = percentile(timesMs, 0.99);
    const each = (key: keyof typeof before): number => (after[key] - before[key]) / timesMs.length;
    const worst = Math.max(...timesMs);
    const figures = [
      p50.toFixed(1),
      p99.toFixed(1),
      worst.toFixed(1),
      each('pages').toFixed(0),
      (each('walBytes') / 1_024).toFixed(1),
    ];
    const isOver = (limit.judgedBy === 'p50' ? p50 : p99) > limit.limitMs;
    printRow(name(), [...figures, String(timesMs.length), `${limit.judgedBy ?? ''} ${limit.limitMs}`], isOver);
  }

  printRow('', ['p50 ms', 'p99 ms', 'worst ms', 'pages', 'WAL KiB', 'runs', 'limit ms'], false);
  return {
    cases: async (cases) => {
      for (const { name, run, ...limit } of cases) {
        await measure(
          () => name,
          limit,
          async (runs, spentMs) => {
            await run();
            return runs < fewestRuns || (runs < mostRuns && spentMs < enoughMs);
          },
        );
      }
    },
    once: async (limitMs, run) => {
      let name = '';
      await measure(
        () => name,
        { limitMs },
        async () => {
          name = await run();
          return false;
        },
      );
    },
    pages: (name, limitMs, run) => measure(() => name, { limitMs }, run),
  };
}

function printRow(name: string, figures: readonly string[], isOver: boolean): void {
  console.log(`${name.padEnd(46)}${figures.map((text) => text.padStart(9)).join('')}${isOver ? '  over' : ''}`);
}
