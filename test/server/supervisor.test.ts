import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { supervise, type ServerProcess } from '../../server/supervisor.ts';

/** @param stops is told the pid at each stop */
function fakeServer(pid: number, stops: number[]): ServerProcess {
  const { promise: exited, resolve } = Promise.withResolvers<string>();
  return {
    pid,
    exited,
    async stop() {
      stops.push(pid);
      resolve('stopped');
    },
    kill: () => resolve('killed'),
  };
}

test('a server whose first start fails is not supervised', async () => {
  await assert.rejects(
    supervise({ name: 'X', start: () => Promise.reject(new Error('no')), log: () => undefined }),
    /no/,
  );
});

test('a start that fails later is told and tried again', async () => {
  const lines: string[] = [];
  let starts = 0;
  const supervised = await supervise<ServerProcess>({
    name: 'X',
    log: (line) => lines.push(line),
    async start() {
      starts++;
      if (starts === 2) throw new Error('not yet');
      return fakeServer(starts, []);
    },
  });
  supervised.current().kill();
  while (supervised.current().pid !== 3) await delay(20);
  await supervised.stop();
  assert.deepEqual(lines, [
    'X ended unexpectedly (killed); starting it again',
    'X cannot be started again: not yet',
    'X runs again',
  ]);
});

test('a server that was being started when the stop came is stopped too', async () => {
  const stops: number[] = [];
  const started = Promise.withResolvers<void>();
  let starts = 0;
  const supervised = await supervise<ServerProcess>({
    name: 'X',
    log: () => undefined,
    async start() {
      starts++;
      if (starts === 2) {
        started.resolve();
        await delay(100);
      }
      return fakeServer(starts, stops);
    },
  });
  supervised.current().kill();
  await started.promise;
  await supervised.stop();
  assert.deepEqual(stops, [1, 2]);
});
