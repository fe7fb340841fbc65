import { eventually } from './eventually.ts';
import type { ProductProcess } from './jobrunner-process.ts';

/**
 * Asks a server that has just been started until it answers.
 *
 * @param what completes "waited in vain for …"
 * @param ask rejects as long as there is no answer
 * @throws Error where the process has ended, or does not answer in a minute
 */
export async function untilAnswered(
  what: string,
  server: Pick<ProductProcess, 'pid'>,
  ask: () => Promise<unknown>,
): Promise<void> {
  await eventually(
    what,
    async () => {
      const answers = await ask().then(
        () => true,
        () => false,
      );
      if (!answers) process.kill(server.pid, 0);
      return answers;
    },
    { timeoutMs: 60_000, intervalMs: 200 },
  );
}
