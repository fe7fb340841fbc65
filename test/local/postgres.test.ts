import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startPostgres, type PostgresServer } from '../../local/postgres.ts';
import { isRunning } from '../../local/process.ts';
import { supervise } from '../../server/supervisor.ts';
import { temporaryFolder } from './temporary-folder.ts';

const leaver = fileURLToPath(new URL('./leave-server.ts', import.meta.url));

function start(dataDir: string, port?: number): Promise<PostgresServer> {
  return startPostgres({ dataDir, onProgress: () => undefined, isDurable: false, ...(port && { port }) });
}

async function query(server: { url: string }, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows[0]?.['value'];
  } finally {
    await client.end();
  }
}

test('PostgreSQL starts again on the data that it had', async () => {
  const dataDir = await temporaryFolder();
  const first = await start(dataDir);
  await query(first, 'CREATE TABLE kept AS SELECT 42 AS value');
  await first.stop();
  assert.equal(isRunning(first.pid), false);

  const second = await start(dataDir);
  assert.equal(await query(second, 'SELECT value FROM kept'), 42);
  await second.stop();
  assert.match(await second.exited, /is gone/);
});

test('PostgreSQL asks for the password, and keeps what is written unless told otherwise', async (t) => {
  const dataDir = await temporaryFolder();
  const server = await startPostgres({ dataDir, onProgress: () => undefined });
  t.after(() => server.stop());
  await assert.rejects(query({ url: server.url.replace(/:[^:]*@/, ':wrong@') }, 'SELECT 1'), /password/);
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    assert.equal(await query(server, `SELECT current_setting('${setting}') AS value`), 'on');
  }
  assert.equal(await query(server, `SELECT current_setting('listen_addresses') AS value`), '127.0.0.1');
  assert.equal(await query(server, `SELECT current_setting('unix_socket_directories') AS value`), '');
});

test('PostgreSQL runs in a folder that only its owner may enter', async () => {
  const closed = await temporaryFolder();
  await chmod(closed, 0o700);
  const dataDir = join(closed, 'data');
  await mkdir(dataDir);
  const server = await start(dataDir);
  assert.equal(await query(server, 'SELECT 1 AS value'), 1);
  await server.stop();
});

test('a PostgreSQL that a killed process left behind is stopped, and its data kept', async (t) => {
  const dataDir = await temporaryFolder();
  const parent = fork(leaver, ['postgres', dataDir]);
  const [leftPid] = (await once(parent, 'message')) as [number];
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  assert.equal(isRunning(leftPid), true);

  const server = await start(dataDir);
  t.after(() => server.stop());
  assert.equal(isRunning(leftPid), false);
  assert.notEqual(server.pid, leftPid);
});

test("a process that has taken over the id of an old PostgreSQL is none of PostgreSQL's", async () => {
  const dataDir = await temporaryFolder();
  await (await start(dataDir)).stop();
  await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), `${process.pid}\n`);
  const server = await start(dataDir);
  await server.stop();
});

test('PostgreSQL that is killed is started again where it was', async (t) => {
  const dataDir = await temporaryFolder();
  const lines: string[] = [];
  const supervised = await supervise<PostgresServer>({
    name: 'PostgreSQL',
    start: (previous) => start(dataDir, previous?.port),
    log: (line) => lines.push(line),
  });
  t.after(() => supervised.stop());
  const { url, pid } = supervised.current();
  supervised.current().kill();
  while (supervised.current().pid === pid) await delay(50);
  assert.equal(supervised.current().url, url);
  assert.equal(await query({ url }, 'SELECT 1 AS value'), 1);
  assert.match(lines.join('\n'), /PostgreSQL ended unexpectedly .* starting it again\nPostgreSQL runs again/);

  await supervised.stop();
  assert.equal(isRunning(supervised.current().pid), false);
});

test('PostgreSQL that cannot start says why, and where to read on', async () => {
  const dataDir = await temporaryFolder();
  await (await start(dataDir)).stop();
  await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '12\n');
  await assert.rejects(start(dataDir), {
    name: 'StartError',
    message: /^PostgreSQL does not start \(FATAL: .*incompatible with server\): see .*\/logs\/postgres\.log$/,
  });
});
