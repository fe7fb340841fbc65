import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { createPool } from '../../../database/pool.ts';
import type { Random } from '../../support/random.ts';

/** Somebody who sends statements, one after the other, through a connection of its own. */
export interface Actor {
  readonly name: string;
  readonly act: (pool: pg.Pool) => Promise<void>;
}

/** What an interleaving came to. */
export interface Interleaving {
  /** Statements sent. */
  readonly steps: number;
  /** How often a statement waited for a lock while others went on. */
  readonly waits: number;
}

/** `ready`: waits for its turn; `running`: a statement, or code between two; `blocked`: waits for a lock. */
type State = 'ready' | 'running' | 'blocked' | 'done';

interface Running {
  readonly name: string;
  state: State;
  processId: number | undefined;
  resume: () => void;
  readonly pool: pg.Pool;
}

// A statement that takes longer is asked about: it may wait for a lock.
const patienceMs = 4;
const stuckAfterMs = 60_000;

/**
 * Runs actors side by side, and lets chance decide at each statement whose is next. One that waits for a lock of
 * PostgreSQL is passed over until it has it. So every interleaving of their statements can come about, and the same seed
 * brings the same one.
 *
 * @throws what an actor throws, once no statement is under way any more
 */
export async function interleave(url: string, random: Random, actors: readonly Actor[]): Promise<Interleaving> {
  let changed: () => void = () => undefined;
  let steps = 0;
  let waits = 0;
  let isOver = false;
  const monitor = createPool({ connectionString: url, applicationName: 'monitor', maxConnections: 1, onError: fail });
  const running = actors.map(({ name }) => start(name));
  let failure: unknown;
  const ends = actors.map(async ({ act }, index) => {
    const actor = running[index];
    if (!actor) return;
    try {
      await act(actor.pool);
    } catch (error) {
      failure ??= error;
    }
    actor.state = 'done';
    changed();
  });
  try {
    await schedule();
  } finally {
    // Whoever still waits for a turn ends without one: nobody may keep a connection for ever.
    isOver = true;
    for (const { resume } of running) resume();
    await Promise.all(ends);
    await Promise.all(running.map(({ pool }) => pool.end()));
    await monitor.end();
  }
  if (failure !== undefined) throw failure;
  return { steps, waits };

  function start(name: string): Running {
    const pool = createPool({ connectionString: url, applicationName: name, maxConnections: 1, onError: fail });
    const actor: Running = { name, state: 'running', processId: undefined, resume: () => undefined, pool };
    pool.on('connect', (client) => takeTurns(client, actor));
    return actor;
  }

  /** Makes each statement of a connection wait for its turn. */
  function takeTurns(client: pg.PoolClient, actor: Running): void {
    actor.processId = (client as unknown as { processID: number }).processID;
    const send = client.query.bind(client) as (...args: unknown[]) => unknown;
    const inTurn = (...args: unknown[]): unknown => {
      if (isOver) return send(...args);
      const turn = new Promise<void>((resolve) => {
        actor.resume = resolve;
        actor.state = 'ready';
        changed();
      });
      const sent = turn.then(() => send(...args));
      // pg.Pool passes a callback, and takes no promise.
      return typeof args.at(-1) === 'function' ? undefined : sent;
    };
    Object.assign(client, { query: inTurn });
  }

  async function schedule(): Promise<void> {
    for (;;) {
      await settle();
      const ready = running.filter(({ state }) => state === 'ready');
      const [first, ...others] = ready;
      if (!first) return;
      const next = random.pick([first, ...others]);
      next.state = 'running';
      steps++;
      next.resume();
    }
  }

  /** Waits until nobody runs, and somebody is ready or all are done. */
  async function settle(): Promise<void> {
    for (const endMs = Date.now() + stuckAfterMs; ;) {
      const isBusy = running.some(({ state }) => state === 'running');
      const isStuck =
        !running.some(({ state }) => state === 'ready') && running.some(({ state }) => state === 'blocked');
      if (!isBusy && !isStuck && !(await hasResumed())) return;
      if (Date.now() > endMs)
        throw new Error(`stuck: ${running.map(({ name, state }) => `${name} ${state}`).join(', ')}`);
      const change = new Promise<void>((resolve) => {
        changed = resolve;
      });
      if (running.some(({ state }) => state === 'running') || isStuck) {
        await Promise.race([change, delay(patienceMs)]);
        await findBlocked();
      }
    }
  }

  /** Whether somebody who waited for a lock has it now. */
  async function hasResumed(): Promise<boolean> {
    if (!running.some(({ state }) => state === 'blocked')) return false;
    await findBlocked();
    return running.some(({ state }) => state === 'running');
  }

  async function findBlocked(): Promise<void> {
    const asked = running.filter(({ state }) => state === 'running' || state === 'blocked');
    if (asked.length === 0) return;
    const { rows } = await monitor.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE pid = ANY($1) AND state = 'active' AND wait_event_type = 'Lock'`,
      [asked.map(({ processId }) => processId ?? 0)],
    );
    const waiting = new Set(rows.map(({ pid }) => pid));
    for (const actor of asked) {
      // Its statement may have ended while this one was under way.
      if (actor.state !== 'running' && actor.state !== 'blocked') continue;
      const isWaiting = actor.processId !== undefined && waiting.has(actor.processId);
      if (isWaiting && actor.state === 'running') waits++;
      actor.state = isWaiting ? 'blocked' : 'running';
    }
  }

  function fail(error: Error): void {
    failure ??= error;
  }
}
