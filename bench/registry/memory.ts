import { signIn } from './client.ts';
import { createContentSource } from './content.ts';
import { measureLoad, type Series, syncDisk } from './measure.ts';
import type { Target } from './target.ts';

const connections = 100;
const sizeBytes = 100_000_000;

/** Pushes 100 blobs of 100 MB at once, once, and gives what memory that took. */
export async function measureMemory(target: Target): Promise<Series> {
  const client = await signIn(target, 'bench-memory');
  const next = createContentSource(sizeBytes);
  const round = await measureLoad(
    target,
    async (connection) => {
      await client.push(connection, next());
      return sizeBytes;
    },
    { connections, leastPerConnection: 1, durationMs: 0, maxBytes: 0 },
  );
  await syncDisk();
  return { workload: 'push-100mb-by-100', target, rounds: [round], notPossible: undefined };
}
