import { randomBytes } from 'node:crypto';
import type { CleanUp } from '../support/clean-up.ts';
import { startRole, temporaryDataDir, type RoleProcess } from './jobrunner-process.ts';

/** A registry process, as its clients know it. */
export interface RegistryProcess extends RoleProcess {
  /** localhost:port, as names of images start with. */
  readonly host: string;
}

/**
 * Starts a process that plays registry, API and token service, which is all that clients of `/v2` need: no job runs.
 *
 * @param databaseUrl of an empty database
 * @param env further settings
 */
export async function startRegistryProcess(
  t: CleanUp,
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<RegistryProcess> {
  const process = await startRole(t, 'api,garant,registry', {
    ...env,
    ADMIN_PASSWORD: randomBytes(8).toString('hex'),
    SECRET_KEY: randomBytes(32).toString('hex'),
    DATABASE_URL: databaseUrl,
    JOBRUNNER_DATA_DIR: await temporaryDataDir(t),
  });
  return { ...process, host: new URL(process.baseUrl).host };
}
