import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpLimits } from './http-limits.ts';
import type { Pace } from './pace.ts';

/** A request with its response, until both are through. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly isRegistry: boolean;
  readonly startedMs: number;
  readonly sending: Pace;
  readonly receiving: Pace;
  /** Whether its body was too slow in coming. */
  isRefused: boolean;
}

/** What is known of one connection of this process. */
export interface Connection {
  readonly socket: Socket;
  /** The request under way; undefined: the connection is idle. */
  exchange: Exchange | undefined;
  /** Whether it takes no further request. */
  isClosing: boolean;
  /** Whose connections it counts with; undefined: it is NGINX's. */
  peer: Peer | undefined;
}

/** One client, as far as addresses tell. */
interface Peer {
  readonly key: string;
  count: number;
  /** Those on which no request is under way, the longest so first. */
  readonly idle: Set<Connection>;
}

/** Why a connection is not taken. */
export type Overflow = 'address' | 'process';

/** The connections of one process, each of which has a request under way or is idle. */
export interface Connections {
  /** Takes a connection. Where there are too many, the one of them that has been idle longest is closed for it. */
  admit(socket: Socket): Connection | Overflow;
  find(socket: unknown): Connection | undefined;
  begin(connection: Connection, exchange: Exchange): void;
  end(connection: Connection, exchange: Exchange): void;
  /** Counts a connection with nobody's from now on. */
  exempt(connection: Connection): void;
  /** Those on which a request is under way. */
  active(): Iterable<Connection>;
}

/** Makes the register of a process's connections. */
export function createConnections(
  limits: Pick<HttpLimits, 'maxConnections' | 'maxConnectionsPerAddress'>,
): Connections {
  const all = new Map<unknown, Connection>();
  const active = new Set<Connection>();
  const idle = new Set<Connection>();
  const peers = new Map<string, Peer>();

  function setIdle(connection: Connection): void {
    idle.add(connection);
    connection.peer?.idle.add(connection);
  }

  function leavePeer(connection: Connection): void {
    const { peer } = connection;
    connection.peer = undefined;
    if (!peer) return;
    peer.idle.delete(connection);
    if (--peer.count === 0) peers.delete(peer.key);
  }

  function forget(connection: Connection): void {
    all.delete(connection.socket);
    active.delete(connection);
    idle.delete(connection);
    leavePeer(connection);
  }

  /** Whether there is one of them to close. */
  function closeIdle([longest]: Set<Connection>): boolean {
    if (!longest) return false;
    forget(longest);
    longest.socket.destroy();
    return true;
  }

  return {
    admit: (socket) => {
      const key = addressKey(socket.remoteAddress ?? '');
      const known = peers.get(key);
      if (known && known.count >= limits.maxConnectionsPerAddress && !closeIdle(known.idle)) return 'address';
      if (all.size >= limits.maxConnections && !closeIdle(idle)) return 'process';
      const peer = peers.get(key) ?? { key, count: 0, idle: new Set() };
      peers.set(key, peer);
      peer.count++;
      const connection: Connection = {
        socket,
        exchange: undefined,
        isClosing: false,
        peer,
      };
      all.set(socket, connection);
      setIdle(connection);
      socket.once('close', () => forget(connection));
      return connection;
    },
    find: (socket) => all.get(socket),
    begin: (connection, exchange) => {
      connection.exchange = exchange;
      idle.delete(connection);
      connection.peer?.idle.delete(connection);
      active.add(connection);
    },
    end: (connection, exchange) => {
      if (connection.exchange !== exchange) return;
      connection.exchange = undefined;
      active.delete(connection);
      if (all.has(connection.socket)) setIdle(connection);
    },
    exempt: leavePeer,
    active: () => active,
  };
}

/**
 * What counts as one client: an IPv4 address, or a /64 of IPv6, of which one client has as many addresses as it likes
 * (RFC 4291 section 2.5.4). An IPv4 address in the form of IPv6 is what it is.
 */
export function addressKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!address.includes(':')) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? [] : tail.split(':');
    // An address in dotted form at the end stands for two groups.
    const afterCount = after.length + (tail.includes('.') ? 1 : 0);
    groups.push(...Array.from({ length: Math.max(0, 8 - groups.length - afterCount) }, () => '0'), ...after);
  }
  const prefix = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${prefix.join(':')}::/64`;
}
