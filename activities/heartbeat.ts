import { heartbeat } from '@temporalio/activity';

const intervalMs = 1_000;

/**
 * Heartbeats once a second until disposed, so that the activity hears of a cancel and its worker's death is seen.
 *
 * @param details gives what is shown under "pending activities" in the Temporal UI; small and plain
 */
export function keepHeartbeating(details: () => unknown): Disposable {
  heartbeat(details());
  const timer = setInterval(() => heartbeat(details()), intervalMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
