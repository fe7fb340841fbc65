import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Connection } from '@temporalio/client';
import { isRunning } from '../../local/process.ts';
import { supervise } from '../../server/supervisor.ts';
import { isKnownVersion, temporalBinary } from '../../local/temporal-binary.ts';
import { startTemporal, type TemporalServer } from '../../local/temporal.ts';
import { temporaryFolder } from './temporary-folder.ts';

const leaver = fileURLToPath(new URL('./leave-server.ts', import.meta.url));
const onProgress = (): void => undefined;

async function start(dataDir: string, previous?: TemporalServer): Promise<TemporalServer> {
  const binary = await temporalBinary({ onProgress });
  return startTemporal({ binary, dataDir, namespace: 'test', onProgress, ...(previous && { previous }) });
}

test('Temporal keeps histories for a week', async (t) => {
  const server = await start(await temporaryFolder());
  t.after(() => server.stop());
  const connection = await Connection.connect({ address: server.address });
  const { config } = await connection.workflowService.describeNamespace({ namespace: 'test' });
  assert.equal(Number(config?.workflowExecutionRetentionTtl?.seconds), 7 * 86_400);
  await connection.close();
  const ui = await fetch(server.uiUrl);
  assert.equal(ui.status, 200);
  await ui.body?.cancel();
});

test('a Temporal that a killed process left behind is ended, and its ports taken over', async () => {
  const dataDir = await temporaryFolder();
  const parent = fork(leaver, ['temporal', dataDir]);
  const [leftPid] = (await once(parent, 'message')) as [number];
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  assert.equal(isRunning(leftPid), true);

  const server = await start(dataDir);
  assert.equal(isRunning(leftPid), false);
  await server.stop();
  const again = await start(dataDir);
  assert.equal(again.address, server.address);
  await again.stop();
  assert.equal(isRunning(again.pid), false);
});

test('Temporal that is killed is started again where it was', async (t) => {
  const dataDir = await temporaryFolder();
  const supervised = await supervise<TemporalServer>({
    name: 'Temporal',
    start: (previous) => start(dataDir, previous),
    log: () => undefined,
  });
  t.after(() => supervised.stop());
  const { address, pid } = supervised.current();
  supervised.current().kill();
  while (supervised.current().pid === pid) await delay(50);
  assert.equal(supervised.current().address, address);
});

test('Temporal that cannot start says why', async (t) => {
  const dataDir = await temporaryFolder();
  const server = await start(dataDir);
  t.after(() => server.stop());
  const options = { binary: await temporalBinary({ onProgress }), namespace: 'test', onProgress };
  const other = await temporaryFolder();
  await assert.rejects(startTemporal({ ...options, dataDir: other, previous: server }), {
    name: 'StartError',
    message: `Temporal does not start: port ${server.ports.frontend} is in use`,
  });
  await assert.rejects(startTemporal({ ...options, dataDir: other, binary: '/nowhere/temporal' }), {
    name: 'StartError',
    message: 'Temporal does not start: spawn /nowhere/temporal ENOENT',
  });
});

const versions: readonly (readonly [string, boolean])[] = [
  ['temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)', true],
  ['temporal version 1.4.0 (Server 1.28.0, UI 2.39.0)', true],
  ['temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)', true],
  ['temporal version 1.3.0 (Server 1.27.1, UI 2.36.0)', false],
  ['temporal version 0.0.0-DEV (Server 1.27.1, UI 2.36.0)', false],
  ['temporal version 2.0.0 (Server 2.0.0, UI 3.0.0)', false],
  ['something else', false],
];
for (const [text, isKnown] of versions) {
  test(`"${text}" ${isKnown ? 'will do' : 'will not do'}`, () => {
    assert.equal(isKnownVersion(text), isKnown);
  });
}
