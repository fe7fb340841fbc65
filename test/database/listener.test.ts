import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { setTimeout as nextTurn } from 'node:timers/promises';
import type pg from 'pg';
import { createListener, type Listener } from '../../database/listener.ts';
import { createWakeUp } from '../../database/wake-up.ts';
import { createTestDatabase } from '../support/postgres.ts';

interface TestListener {
  readonly pool: pg.Pool;
  readonly listener: Listener;
  readonly errors: Error[];
}

async function startListener(t: TestContext): Promise<TestListener> {
  const { url, pool } = await createTestDatabase(t);
  const errors: Error[] = [];
  const listener = createListener({
    connectionString: url,
    applicationName: 'test',
    onError: (error) => errors.push(error),
  });
  t.after(() => listener.close());
  return { pool, listener, errors };
}

/** Counts the calls of a handler, and waits for a number of them. */
class Calls extends EventEmitter {
  count = 0;
  readonly call = (): void => {
    this.count++;
    this.emit('call');
  };
  async reach(wanted: number): Promise<void> {
    while (this.count < wanted) await once(this, 'call');
  }
}

const timeout = 15_000;

test('a handler is called for its own channel, until it is taken away', { timeout }, async (t) => {
  const { pool, listener } = await startListener(t);
  const [first, second, other] = [new Calls(), new Calls(), new Calls()];
  const stopFirst = listener.on('Channel "a"', first.call);
  listener.on('Channel "a"', second.call);
  listener.on('b', other.call);
  // Once for each when the connection is there: what was sent before it has been missed.
  await Promise.all([first.reach(1), second.reach(1), other.reach(1)]);
  await pool.query('SELECT pg_notify($1, $2)', ['Channel "a"', '']);
  await Promise.all([first.reach(2), second.reach(2)]);
  stopFirst();
  await pool.query('SELECT pg_notify($1, $2)', ['Channel "a"', '']);
  await second.reach(3);
  assert.deepEqual([first.count, second.count, other.count], [2, 3, 1]);
});

test('a channel that is added while the connection is being made is heard', { timeout }, async (t) => {
  const { pool, listener } = await startListener(t);
  const added: { readonly channel: string; readonly calls: Calls }[] = [];
  while (listener.processId() === undefined) {
    const calls = new Calls();
    const channel = `added ${added.length}`;
    listener.on(channel, calls.call);
    added.push({ channel, calls });
    await nextTurn();
  }
  for (const { channel } of added) await pool.query('SELECT pg_notify($1, $2)', [channel, '']);
  await Promise.all(added.map(({ calls }) => calls.reach(2)));
});

test('a channel that is added while connected is heard', { timeout }, async (t) => {
  const { pool, listener } = await startListener(t);
  const early = new Calls();
  listener.on('early', early.call);
  await early.reach(1);
  const late = new Calls();
  listener.on('late', late.call);
  // LISTEN and NOTIFY go through different connections: it is heard once LISTEN has been carried out.
  while (late.count === 0) await pool.query('SELECT pg_notify($1, $2)', ['late', '']);
});

test(
  'after its connection was ended it connects again, calls the handlers, and hears again',
  { timeout },
  async (t) => {
    const { pool, listener, errors } = await startListener(t);
    const calls = new Calls();
    listener.on('channel', calls.call);
    await calls.reach(1);
    const { rowCount } = await pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'test listener' AND datname = current_database()`,
    );
    assert.equal(rowCount, 1);
    await calls.reach(2);
    assert.equal(errors.length, 1);
    await pool.query(`SELECT pg_notify('channel', '')`);
    await calls.reach(3);
  },
);

test('closing while it connects does not wait for ever', { timeout }, async (t) => {
  const { pool, listener } = await startListener(t);
  await listener.close();
  const { rows } = await pool.query(`SELECT FROM pg_stat_activity WHERE application_name = 'test listener'
    AND datname = current_database()`);
  assert.equal(rows.length, 0);
});

test('closing while the database is away does not wait for ever', { timeout }, async () => {
  const errors: Error[] = [];
  const failed = Promise.withResolvers<void>();
  const listener = createListener({
    connectionString: 'postgres://127.0.0.1:1/none',
    applicationName: 'test',
    onError: (error) => {
      errors.push(error);
      failed.resolve();
    },
  });
  await failed.promise;
  await listener.close();
  assert.equal(errors.length, 1);
});

test('wake-ups that come while one is on its way share the next', { timeout }, async (t) => {
  const { pool, listener } = await startListener(t);
  const calls = new Calls();
  listener.on('channel', calls.call);
  await calls.reach(1);
  const wakeUp = createWakeUp(pool, 'channel', assert.ifError);
  for (let index = 0; index < 100; index++) wakeUp.send();
  await calls.reach(3);
  await pool.query(`SELECT pg_notify('channel', '')`);
  await calls.reach(4);
  assert.equal(calls.count, 4);
});

test('a wake-up that cannot be sent is told of, and the next is sent all the same', { timeout }, async (t) => {
  const { pool } = await createTestDatabase(t);
  const errors: Error[] = [];
  const wakeUp = createWakeUp(pool, 'x'.repeat(100), (error) => errors.push(error));
  for (const expected of [1, 2]) {
    wakeUp.send();
    while (errors.length < expected) await pool.query('SELECT 1');
  }
});
