import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext } from 'node:test';
import pg from 'pg';
import { migrate } from '../../database/migrate.ts';
import { createPool } from '../../database/pool.ts';
import { startPostgres } from '../../local/postgres.ts';
import { endWithProcess } from './end-with-process.ts';

/** A database of one test: migrated, empty, and gone after the test. */
export interface TestDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
}

/** A PostgreSQL server for tests. */
export interface TestPostgres {
  /** Of a database to connect to for creating others. */
  readonly url: string;
  stop(): Promise<void>;
  /** Ends it at once, and leaves its files. */
  kill(): void;
}

/** Starts a PostgreSQL server that forgets everything at its end. */
export async function startTestPostgres(): Promise<TestPostgres> {
  const dataDir = await mkdtemp(join(tmpdir(), 'jobrunner-test-postgres-'));
  // Root's PostgreSQL runs as another user, who has to get there.
  await chmod(dataDir, 0o711);
  const server = await startPostgres({ dataDir, onProgress: () => undefined, isDurable: false });
  return {
    url: server.url,
    kill: () => server.kill(),
    async stop() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

let ownServer: Promise<TestPostgres> | undefined;
let forget: (() => void) | undefined;
let template: Promise<string> | undefined;

after(async () => {
  if (!ownServer) return;
  await (await ownServer).stop();
  forget?.();
});

async function serverUrl(): Promise<string> {
  const shared = process.env['TEST_POSTGRES_URL'];
  if (shared) return shared;
  ownServer ??= startTestPostgres().then((server) => {
    forget = endWithProcess(() => server.kill());
    return server;
  });
  return (await ownServer).url;
}

/**
 * Makes a database for one test, on the server that TEST_POSTGRES_URL names, or else on one of this process. The pool is
 * ended and the database dropped after the test.
 */
export async function createTestDatabase(t: Pick<TestContext, 'after'>): Promise<TestDatabase> {
  const server = await serverUrl();
  template ??= prepareTemplate(server);
  const templateName = await template;
  const name = `test_${randomBytes(8).toString('hex')}`;
  await withClient(server, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${templateName}`));
  const url = urlOf(server, name);
  // A connection that the forced drop or a test has ended is no failure of that test.
  const pool = createPool({ connectionString: url, applicationName: 'test', onError: () => undefined });
  t.after(async () => {
    if (!pool.ended) await pool.end();
    await withClient(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  });
  return { url, pool };
}

/** Makes the database that all others are copies of, once for a server and a set of migrations. */
async function prepareTemplate(server: string): Promise<string> {
  const name = `template_${await migrationsDigest()}`;
  await withClient(server, async (client) => {
    // Test files run side by side; one of them makes the template, and the others wait.
    await client.query(`SELECT pg_advisory_lock(hashtext('jobrunner test template'))`);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 1) return;
    await client.query(`DROP DATABASE IF EXISTS ${name}_unfinished WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${name}_unfinished`);
    const pool = createPool({
      connectionString: urlOf(server, `${name}_unfinished`),
      applicationName: 'test template',
      onError: () => undefined,
    });
    try {
      await migrate(pool);
    } finally {
      await pool.end();
    }
    await client.query(`ALTER DATABASE ${name}_unfinished RENAME TO ${name}`);
  });
  return name;
}

async function migrationsDigest(): Promise<string> {
  const folder = new URL('../../database/migrations/', import.meta.url);
  const hash = createHash('sha256');
  for (const name of (await readdir(folder)).sort()) hash.update(name).update(await readFile(new URL(name, folder)));
  return hash.digest('hex').slice(0, 16);
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
