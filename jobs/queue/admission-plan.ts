import { maxRunningByDefault } from './action-queues.ts';
import { isShare, offerOfShare, sumCapacity, type CapacityMap } from './capacity.ts';

/** Waiting jobs between which only their namespaces decide. */
export interface Lane {
  /** 1, first, to 5, last. */
  readonly priority: number;
  readonly action: string;
  readonly capacityMap: CapacityMap;
}

/** What decides whether a job may start now. */
export interface AdmissionState {
  /** Lanes in which a job waits, those first whose turn it is. */
  readonly lanes: readonly Lane[];
  /** Of the actions for which somebody has set something. */
  readonly queues: readonly QueueState[];
  /** What is in Temporal, grouped. */
  readonly inFlight: readonly { readonly action: string; readonly capacityMap: CapacityMap; readonly count: number }[];
  /** What live workers offer, by deployment. */
  readonly offers: readonly { readonly capacityMap: CapacityMap; readonly count: number }[];
}

export interface QueueState {
  readonly action: string;
  readonly paused: boolean;
  readonly maxRunning: number | null;
  readonly ratePerMinute: number | null;
  /** Starts that the rate allows now. */
  readonly tokens: number;
}

/** Whether jobs of a lane may start: how many, at least 1, or why none, and whose doing it is. */
export type Room = { readonly limit: number } | { readonly obstacle: string; readonly by: 'action' | 'capacity' };

/** Keeps account of what is left while jobs are admitted. */
export interface AdmissionPlan {
  roomFor(lane: Lane): Room;
  /** Jobs of a lane were admitted. */
  take(lane: Lane, count: number): void;
  /** Keeps what is free of the lane's capacity for it: others that need some of it wait. */
  keepFor(lane: Lane): void;
}

/** Makes the account from a state. Nothing is read or written. */
export function createAdmissionPlan({ queues, inFlight, offers }: Omit<AdmissionState, 'lanes'>): AdmissionPlan {
  const settings = new Map(queues.map((queue) => [queue.action, queue]));
  const running = new Map<string, number>();
  for (const { action, count } of inFlight) running.set(action, (running.get(action) ?? 0) + count);
  const taken = new Map<string, number>();
  const offered = sumCapacity(offers);
  const used = sumCapacity(inFlight);
  const workers = offers.reduce((sum, { count }) => sum + count, 0);
  const kept = new Set<string>();

  function roomInAction(action: string): Room {
    const { paused = false, maxRunning = null, ratePerMinute = null, tokens = 0 } = settings.get(action) ?? {};
    if (paused) return byAction(`the action ${action} is paused`);
    const most = maxRunning ?? maxRunningByDefault(action, workers);
    const places = most - (running.get(action) ?? 0);
    if (places < 1) return byAction(`${most} jobs of the action ${action} run already, which is its limit`);
    if (ratePerMinute === null) return { limit: places };
    const starts = Math.floor(tokens) - (taken.get(action) ?? 0);
    if (starts < 1) return byAction(`the action ${action} is held to ${ratePerMinute} starts per minute`);
    return { limit: Math.min(places, starts) };
  }

  function roomInCapacity(capacityMap: CapacityMap): Room {
    let limit = Number.MAX_SAFE_INTEGER;
    for (const [name, amount] of Object.entries(capacityMap)) {
      if (amount === 0) continue;
      const total = isShare(name) ? offerOfShare(workers) : (offered.get(name) ?? 0);
      const free = total - (used.get(name) ?? 0);
      const need = `it needs ${amount} of the capacity "${name}"`;
      if (amount > total) return byCapacity(`${need}, of which all workers together offer ${total}`);
      if (amount > free) return byCapacity(`${need}, of which ${Math.max(0, free)} of ${total} are free`);
      if (kept.has(name)) return byCapacity(`${need}, which is kept for a larger job that waits longer`);
      limit = Math.min(limit, Math.floor(free / amount));
    }
    return { limit };
  }

  return {
    roomFor: ({ action, capacityMap }) => {
      const inAction = roomInAction(action);
      if ('obstacle' in inAction) return inAction;
      const inCapacity = roomInCapacity(capacityMap);
      if ('obstacle' in inCapacity) return inCapacity;
      return { limit: Math.min(inAction.limit, inCapacity.limit) };
    },
    take: ({ action, capacityMap }, count) => {
      running.set(action, (running.get(action) ?? 0) + count);
      taken.set(action, (taken.get(action) ?? 0) + count);
      for (const [name, amount] of sumCapacity([{ capacityMap, count }])) {
        used.set(name, (used.get(name) ?? 0) + amount);
      }
    },
    keepFor: ({ capacityMap }) => {
      // Everybody needs one of a share, so nobody is passed by for needing more.
      const entries = Object.entries(capacityMap).filter(([name, amount]) => amount > 0 && !isShare(name));
      // What can never fit keeps nothing from anybody.
      if (entries.some(([name, amount]) => amount > (offered.get(name) ?? 0))) return;
      for (const [name] of entries) kept.add(name);
    },
  };
}

function byAction(obstacle: string): Room {
  return { obstacle, by: 'action' };
}

function byCapacity(obstacle: string): Room {
  return { obstacle, by: 'capacity' };
}
