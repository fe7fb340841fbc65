import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where downloaded and compiled things are kept for every installation of this user; it may be removed at any time. */
export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'jobrunner');
}

/** The part of the cache that holds programs. */
export function cacheBinFolder(): string {
  return join(cacheFolder(), 'bin');
}
