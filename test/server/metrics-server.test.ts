import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { ListenError } from '../../server/listen-error.ts';
import { startMetricsServer } from '../../server/metrics-server.ts';
import { createLogger } from '../../log/create-logger.ts';

async function start(t: TestContext, render: () => Promise<{ contentType: string; text: string }>) {
  const log = createLogger({ level: 'silent' });
  const server = await startMetricsServer({ host: '127.0.0.1', port: 0, render, log });
  t.after(() => server.close());
  return { port: server.port, url: `http://127.0.0.1:${server.port}`, log };
}

test('metrics are served at one path, to those who read', async (t) => {
  const { url } = await start(t, async () => ({ contentType: 'text/plain; version=0.0.4', text: 'up 1\n' }));
  const found = await fetch(`${url}/metrics?x`);
  assert.deepEqual([found.status, await found.text()], [200, 'up 1\n']);
  assert.equal(found.headers.get('content-type'), 'text/plain; version=0.0.4');
  assert.equal((await fetch(`${url}/metrics`, { method: 'HEAD' })).status, 200);
  for (const [method, path] of [
    ['GET', '/'],
    ['GET', '/v2/'],
    ['GET', '/readyz'],
    ['POST', '/metrics'],
  ] as const) {
    const answer = await fetch(`${url}${path}`, { method });
    assert.equal(answer.status, 404, `${method} ${path}`);
    assert.match(await answer.text(), /"code":"NO_SUCH_ROUTE"/);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  }
});

test('metrics that cannot be read are 503, and nothing of why is shown', async (t) => {
  const { url } = await start(t, async () => Promise.reject(new Error('connect ECONNREFUSED 127.0.0.1:5432')));
  const answer = await fetch(`${url}/metrics`);
  assert.equal(answer.status, 503);
  assert.doesNotMatch(await answer.text(), /ECONN|127\.0\.0\.1/);
});

test('a port that is taken names the setting', async (t) => {
  const { port, log } = await start(t, async () => ({ contentType: '', text: '' }));
  const starting = startMetricsServer({
    host: '127.0.0.1',
    port,
    render: () => Promise.reject(new Error('unused')),
    log,
  });
  await assert.rejects(starting, (error) => {
    assert.ok(error instanceof ListenError);
    assert.equal(error.message, `port ${port} is in use: end what listens there, or set METRICS_PORT to another one`);
    return true;
  });
});
