import { chmod, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

const systemCache = '/var/cache';

/**
 * Where downloaded and compiled things are kept for every installation of this user; it may be removed at any time. What
 * root brings is for every user of the machine.
 */
export function cacheFolder(): string {
  const isRoot = process.getuid?.() === 0;
  return join(process.env['XDG_CACHE_HOME'] || (isRoot ? systemCache : join(homedir(), '.cache')), 'jobrunner');
}

/** The part of the cache that holds programs. */
export function cacheBinFolder(): string {
  return join(cacheFolder(), 'bin');
}

/** Where programs are looked for: what this user has brought, then what root has, unless another place was named. */
export function cacheBinFolders(): string[] {
  if (process.env['XDG_CACHE_HOME']) return [cacheBinFolder()];
  return [...new Set([cacheBinFolder(), join(systemCache, 'jobrunner', 'bin')])];
}

/** Makes the part of the cache that holds programs, where it is missing, and gives its path. */
export async function openCacheBinFolder(): Promise<string> {
  await mkdir(cacheBinFolder(), { recursive: true });
  for (const path of [cacheFolder(), cacheBinFolder()]) await chmod(path, 0o755);
  return cacheBinFolder();
}
