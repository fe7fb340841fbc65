/** How much of each kind of resource a job needs, or a worker offers, by names that an administrator chooses. */
export type CapacityMap = Readonly<Record<string, number>>;

/** What a worker offers where nobody has said: MSR's default (JAPI sample, msr.md section 2.3). */
export const defaultCapacityMap: CapacityMap = { scan: 1, scanCheck: 1 };

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
