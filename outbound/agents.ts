import { LRUCache } from 'lru-cache';
import { Agent, type Dispatcher } from 'undici';
import type { AddressGuard } from './address-guard.ts';

/** How a target is told to be the right one. */
export interface TlsOptions {
  /** PEM of the authority that the target's certificate must come from, besides the well-known ones. */
  readonly tlsCa?: string | undefined;
  readonly skipTlsVerification: boolean;
}

/** The HTTP agents of a client, one for all targets with the same TLS options. */
export interface Agents {
  readonly agentFor: (options: TlsOptions) => Dispatcher;
  /** How many there are. */
  readonly count: () => number;
  /** Waits for what is under way, also over agents that were given up. */
  readonly close: () => Promise<void>;
}

export interface AgentsOptions {
  readonly guard: AddressGuard;
  /** Most agents at a time: the one that lay longest is closed for the next. Default 20. */
  readonly maxAgents?: number;
  /** How long an agent may lie before it is closed. Default 5 minutes. */
  readonly agentIdleMs?: number;
}

const connectTimeoutMs = 10_000;

/**
 * Makes the agents. An agent costs a context of TLS with all authorities, so those that nobody uses go: whoever makes many
 * subscriptions, each with a certificate of its own, makes the others no poorer.
 */
export function createAgents({ guard, maxAgents = 20, agentIdleMs = 5 * 60_000 }: AgentsOptions): Agents {
  const closing = new Set<Promise<void>>();
  const agents = new LRUCache<string, Dispatcher>({
    max: maxAgents,
    ttl: agentIdleMs,
    ttlAutopurge: true,
    updateAgeOnGet: true,
    dispose: (agent) => {
      const closed = agent.close().finally(() => closing.delete(closed));
      closing.add(closed);
    },
  });

  function createAgent({ tlsCa, skipTlsVerification }: TlsOptions): Dispatcher {
    return new Agent({
      connect: {
        lookup: guard.lookup,
        timeout: connectTimeoutMs,
        rejectUnauthorized: !skipTlsVerification,
        ...(tlsCa && { ca: tlsCa }),
      },
      // The client has one deadline for all of a request.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 10_000,
    });
  }

  return {
    agentFor: (options) => {
      const key = `${options.skipTlsVerification}:${options.tlsCa ?? ''}`;
      const known = agents.get(key);
      if (known) return known;
      const agent = createAgent(options);
      agents.set(key, agent);
      return agent;
    },
    count: () => agents.size,
    close: async () => {
      agents.clear();
      await Promise.all(closing);
    },
  };
}
