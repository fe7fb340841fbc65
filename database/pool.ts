import pg from 'pg';

/** What a statement can be sent through: the pool, or the one connection that holds a transaction. */
export type Queryable = Pick<pg.PoolClient, 'query'>;

export interface PoolOptions {
  /** PostgreSQL connection URL. */
  readonly connectionString: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Most connections held at once. Default 10. */
  readonly maxConnections?: number;
  /**
   * How long an answer is waited for before the connection is given up. For a server that is frozen, or lies behind a
   * network that swallows packets: it does not cancel statements after 30 s itself. Default: without end.
   */
  readonly answerTimeoutMs?: number;
  /** Told of an idle connection that broke; the pool replaces it by itself. */
  readonly onError: (error: Error) => void;
}

// Sizes and counters are bigint in SQL; every one of ours fits a double exactly, and a silent rounding must not pass.
pg.types.setTypeParser(pg.types.builtins.INT8, (text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} from PostgreSQL is beyond 2^53`);
  return value;
});

/** Opens the one connection pool of a process. The caller ends it. */
export function createPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    application_name: options.applicationName,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    statement_timeout: 30_000,
    query_timeout: options.answerTimeoutMs,
    idle_in_transaction_session_timeout: 60_000,
  });
  pool.on('error', options.onError);
  // The pool listens on idle connections alone. One that breaks while somebody holds it fails their query as well, and
  // without a listener would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
