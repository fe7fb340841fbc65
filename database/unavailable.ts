import { sqlState } from './transaction.ts';

// PostgreSQL, appendix A. Connection exceptions; too few resources; shutdown and start of the server; a statement that
// was cancelled because it took too long; a session that was ended; a server that has become a standby; a conflict with
// other transactions that lasted through all attempts.
const states = /^(?:08|53|57P|57014$|25006$|25P03$|40001$|40P01$)/;
const networkErrors = /^E(?:CONN|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN)/;
// What pg says in words alone.
const messages =
  /^Connection terminated|^timeout expired|^timeout exceeded when trying to connect|^Query read timeout|is not queryable$/;

const diskFull = '53100';

/**
 * Whether an error says that the database cannot be reached, or cannot work just now, and not that it was asked for
 * nonsense: the same request can succeed later. True for {@link isDatabaseFull} too.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const state = sqlState(error);
  if (state !== undefined) return states.test(state);
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? networkErrors.test(code) : messages.test(error.message);
}

/** Whether an error says that the disk of the database is full. */
export function isDatabaseFull(error: unknown): boolean {
  return sqlState(error) === diskFull;
}
