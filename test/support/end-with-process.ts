const kills = new Set<() => void>();
let isWatching = false;

/**
 * Sees to it that a server of a test does not outlive this process, even where the process is interrupted.
 *
 * @param kill ends it at once
 * @returns to be called once it has ended in good order
 */
export function endWithProcess(kill: () => void): () => void {
  kills.add(kill);
  watch();
  return () => kills.delete(kill);
}

function watch(): void {
  if (isWatching) return;
  isWatching = true;
  process.once('exit', () => {
    for (const kill of kills) kill();
  });
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => process.exit(1));
}
