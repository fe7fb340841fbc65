// Lets a database be used under another secret key: `npm run reset-secret-key`, while the program does not run.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { resetSigningKeys } from '../accounts/tokens/signing-keys.ts';
import { ConfigError, loadConfig, type Config } from '../config/load.ts';
import { createPool } from '../database/pool.ts';
import { loadOrCreateSecret, openDataFolder } from './data-folder.ts';
import { giveUpRoot } from './give-up-root.ts';
import { startPostgres } from './postgres.ts';
import { StartError } from './start-error.ts';
import { watchStopSignals } from './stop-signals.ts';

const usage = `Usage: npm run reset-secret-key
For when SECRET_KEY, or the file secrets/secret-key of the data folder, is lost: takes the keys that sign tokens, which
nobody can decrypt any more, out of the database. The next start makes new ones under the key that there is then.

Stop every process of the program first. It goes by JOBRUNNER_DATA_DIR, DATABASE_URL and SECRET_KEY, as the start does, and
makes a new secret key where there is none. It does nothing where the secret key fits.

Options:
  -h, --help   show this`;

/** Ends with the exit code: 0 after the change, or where none is needed, 1 where it failed, 2 where it was called wrongly. */
async function main(): Promise<number> {
  let config: Config;
  try {
    const { help } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } }).values;
    if (help) {
      console.log(usage);
      return 0;
    }
    config = loadConfig(process.env);
  } catch (error) {
    const { message } = error as Error;
    console.error(error instanceof ConfigError ? message : `${message.split('. ')[0]}: --help tells what there is`);
    return 2;
  }
  process.umask(0o077);
  try {
    console.log(await reset(config));
    return 0;
  } catch (error) {
    console.error((error as Error).message);
    return 1;
  }
}

async function reset(config: Config): Promise<string> {
  const { dataDir, databaseUrl } = config;
  if (databaseUrl === undefined && !existsSync(join(dataDir, 'postgres'))) {
    throw new StartError(
      `there is no database in the data folder ${dataDir}: set JOBRUNNER_DATA_DIR or DATABASE_URL to what the program runs with`,
    );
  }
  // Where the environment says both, the data folder has no part in it.
  if (databaseUrl !== undefined && config.secretKey) return resetIn(databaseUrl, config.secretKey);
  const onProgress = (message: string): void => console.log(`  ${message} …`);
  const { stop } = watchStopSignals({ onStop: () => undefined, onInsist: () => process.exit(1) });
  await giveUpRoot({ config, onProgress, warn: (line) => console.error(line), signal: stop, needsTemporal: false });

  await using cleanUp = new AsyncDisposableStack();
  const folder = await openDataFolder(dataDir);
  cleanUp.defer(() => folder.release());
  const secretKey = config.secretKey ?? Buffer.from(await loadOrCreateSecret(folder.path, 'secret-key', 32), 'hex');
  if (databaseUrl !== undefined) return await resetIn(databaseUrl, secretKey);
  const server = await startPostgres({ dataDir: folder.path, onProgress });
  cleanUp.defer(() => server.stop());
  return await resetIn(server.url, secretKey);
}

async function resetIn(databaseUrl: string, secretKey: Uint8Array): Promise<string> {
  const pool = createPool({
    connectionString: databaseUrl,
    applicationName: 'jobrunner reset-secret-key',
    onError: (error) => console.error(error.message),
  });
  try {
    if (!(await resetSigningKeys(pool, secretKey))) return 'The secret key fits this database: nothing was changed.';
    return [
      'The keys that sign tokens are gone; the next start makes new ones. Tokens of the last minutes are refused, and a Notary',
      'server needs the new /auth/root.pem.',
    ].join('\n');
  } finally {
    await pool.end();
  }
}

process.exitCode = await main();
process.exit();
