/** The least that a process can work with. */
const minPoolConnections = 4;
/** More than this, one process cannot use. */
const maxPoolConnections = 20;
const listenerConnections = 1;

/**
 * How many connections the pool of each process may hold, so that all of them together, each with its listener, keep to
 * the total.
 *
 * @param total most connections of the whole installation process, as DATABASE_CONNECTIONS names it
 * @param processes how many share them
 */
export function poolConnections(total: number, processes: number): number {
  return Math.min(maxPoolConnections, Math.floor(total / processes) - listenerConnections);
}

/** The most processes that can share the connections, the primary one among them. */
export function maxProcesses(total: number): number {
  return Math.floor(total / (minPoolConnections + listenerConnections));
}
