/** How much of each kind of resource a job needs, or a worker offers, by names that an administrator chooses. */
export type CapacityMap = Readonly<Record<string, number>>;

/** What a worker offers where nobody has said: MSR's default (docs/msr-api.md, "Jobs"). */
export const defaultCapacityMap: CapacityMap = { scan: 1, scanCheck: 1 };

/**
 * The capacity that a delivery of a webhook takes besides a place of its action: shares of the namespace whose event it
 * tells, and of the server that it goes to. Neither one namespace nor one slow server can hold all places. What goes to
 * receivers that fail takes the whole of another share, so that a worker is busy with one delivery of a namespace in vain.
 *
 * @param endpoint a URL, of which the path is left out: it is often a secret
 * @param isFailing whether the last delivery to it failed
 */
export function deliveryCapacity(namespace: string, endpoint: string, isFailing: boolean): CapacityMap {
  return {
    [`${sharePrefix}webhooks of ${namespace}`]: 1,
    [`${sharePrefix}webhooks to ${new URL(endpoint).origin}`]: 1,
    ...(isFailing && { [`${sharePrefix}webhooks of ${namespace} to receivers that fail`]: sharePerWorker }),
  };
}

// Names of administrators' own capacities may not begin so.
const sharePrefix = 'share of ';
/** How much of a share every worker offers: a quarter of the deliveries that it makes at once. */
const sharePerWorker = 12;

/** Whether a capacity is a share, which no worker has to be told to offer. */
export function isShare(name: string): boolean {
  return name.startsWith(sharePrefix);
}

/**
 * How much of a share there is.
 *
 * @param workers how many live; none counts as one, for the first that comes
 */
export function offerOfShare(workers: number): number {
  return sharePerWorker * Math.max(1, workers);
}

/** The longest time that a worker may be silent. It tells of itself four times as often. */
export const heartbeatExpiryMs = 20_000;

/** Adds maps up, each so many times. */
export function sumCapacity(maps: readonly { readonly capacityMap: CapacityMap; readonly count: number }[]) {
  const sum = new Map<string, number>();
  for (const { capacityMap, count } of maps) {
    for (const [name, amount] of Object.entries(capacityMap)) sum.set(name, (sum.get(name) ?? 0) + amount * count);
  }
  return sum;
}
