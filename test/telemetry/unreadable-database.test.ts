import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createPool } from '../../database/pool.ts';
import { freePort } from '../../local/ports.ts';
import { createMetrics } from '../../telemetry/metrics.ts';

const stepMs = 10;

/** Lets timers fire until some work is done. Gives how long that would have taken. */
async function passTime(t: TestContext, work: Promise<unknown>): Promise<number> {
  const state = { isDone: false };
  let passedMs = 0;
  const done = work.finally(() => (state.isDone = true));
  while (!state.isDone) {
    t.mock.timers.tick(stepMs);
    passedMs += stepMs;
    // What is read and written in between is real.
    await setImmediate();
  }
  await done;
  return passedMs;
}

/** Two scrapes, one after the other, of a process whose database is at a port of this machine. */
async function scrapeTwice(
  t: TestContext,
  port: number,
): Promise<{ text: string; told: unknown[]; slowestMs: number }> {
  const pool = createPool({
    connectionString: `postgres://nobody:none@127.0.0.1:${port}/none`,
    applicationName: 'test',
    onError: () => undefined,
  });
  t.after(() => pool.end());
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const told: unknown[] = [];
  const metrics = createMetrics(pool, 'http-1', (error) => told.push(error));
  metrics.observeRequest({ route: '/v2/', method: 'GET', status: 503, durationMs: 1 });
  let text = '';
  let slowestMs = 0;
  for (let count = 0; count < 2; count++) {
    const snapshot = await metrics.snapshot();
    const rendering = metrics.render([snapshot]);
    slowestMs = Math.max(slowestMs, await passTime(t, rendering));
    ({ text } = await rendering);
  }
  return { text, told, slowestMs };
}

function assertTold({ text, told }: { text: string; told: unknown[] }): void {
  assert.match(text, /^jobrunner_scrape_failures_total [12]$/m, 'the second scrape tells of the first');
  assert.match(text, /^jobrunner_http_responses_total\{status="5xx"\} 1$/m);
  assert.match(text, /^process_open_fds\{process="http-1"\} \d+$/m);
  assert.doesNotMatch(text, /^jobrunner_jobs_backlog\{/m, 'nobody knows');
  assert.equal(told.length, 2);
}

test('a scrape without a database gives what the processes count, and that it could not be read', async (t) => {
  assertTold(await scrapeTwice(t, await freePort()));
});

test('a scrape of a database that does not answer ends before Prometheus gives up', async (t) => {
  const silent = createServer().listen(0, '127.0.0.1');
  const sockets = new Set<{ destroy(): void }>();
  silent.on('connection', (socket) => sockets.add(socket));
  await new Promise((resolve) => silent.once('listening', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
  const scraped = await scrapeTwice(t, (silent.address() as AddressInfo).port);
  assertTold(scraped);
  assert.ok(scraped.slowestMs < 8_000, `it takes ${scraped.slowestMs} ms`);
});
