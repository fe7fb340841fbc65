// Gives the administrator a new password: `npm run reset-admin-password`, beside the program that runs.
import { resetFirstAdmin } from '../accounts/sign-in/first-administrator.ts';
import { ConfigError, loadConfig } from '../config/load.ts';
import { createPool } from '../database/pool.ts';
import { runningPostgresUrl } from './postgres.ts';

/** Ends with the exit code: 0 after the change, 1 where there is no database to change, 2 where it was called wrongly. */
async function main(): Promise<number> {
  if (process.argv.length > 2) {
    console.error('npm run reset-admin-password takes no arguments: it goes by JOBRUNNER_DATA_DIR or DATABASE_URL');
    return 2;
  }
  try {
    const config = loadConfig(process.env);
    const databaseUrl = config.databaseUrl ?? (await runningPostgresUrl(config.dataDir));
    if (databaseUrl === undefined) {
      console.error(
        `no PostgreSQL runs on the data folder ${config.dataDir}: start the program first, or set JOBRUNNER_DATA_DIR or DATABASE_URL to what it runs with`,
      );
      return 1;
    }
    console.log(`New password of admin, not shown again: ${await reset(databaseUrl)}`);
    return 0;
  } catch (error) {
    console.error((error as Error).message);
    return error instanceof ConfigError ? 2 : 1;
  }
}

async function reset(databaseUrl: string): Promise<string> {
  const pool = createPool({
    connectionString: databaseUrl,
    applicationName: 'jobrunner reset-admin-password',
    onError: (error) => console.error(error.message),
  });
  try {
    return await resetFirstAdmin(pool);
  } finally {
    await pool.end();
  }
}

process.exitCode = await main();
