const kib = 1024;
const mib = 1024 * kib;

/** What one process that serves HTTP puts up with from its clients. */
export interface HttpLimits {
  /** How often connections are looked at. */
  readonly sweepIntervalMs: number;
  /** The least that a client has to send or take while it is waited for. */
  readonly minBytesPerSecond: number;
  /** For how long it may do less. */
  readonly patienceMs: number;
  /** How long a body may be in coming where it is no layer and no manifest, so that it has 1 MiB at the most. */
  readonly apiBodyMs: number;
  /** How much is still read of a body whose request was answered before its end, and for how long. */
  readonly lingerBytes: number;
  readonly lingerMs: number;
  /** What may wait in memory for all clients together to take it. */
  readonly maxUnsentBytes: number;
  readonly maxConnections: number;
  /** The same for one IPv4 address, or one /64 of IPv6. */
  readonly maxConnectionsPerAddress: number;
}

export const defaultHttpLimits: HttpLimits = {
  sweepIntervalMs: 1_000,
  // Below any line that layers are pushed or pulled over, and far above what "slow loris" clients send or take to hold a
  // connection for ever.
  minBytesPerSecond: kib,
  patienceMs: 60_000,
  apiBodyMs: 60_000,
  lingerBytes: 128 * mib,
  lingerMs: 15_000,
  maxUnsentBytes: 128 * mib,
  maxConnections: 8_192,
  maxConnectionsPerAddress: 1_024,
};

// For the database, the listening sockets, files that are pushed, and the program itself.
const reservedFiles = 256;
// A connection may hold a file of the blob store, or one to S3.
const filesPerConnection = 2;

/** How many connections a process that may open `maxOpenFiles` can take without running out of them. */
export function connectionsFor(maxOpenFiles: number): number {
  const affordable = Math.floor((maxOpenFiles - reservedFiles) / filesPerConnection);
  return Math.max(1, Math.min(defaultHttpLimits.maxConnections, affordable));
}
