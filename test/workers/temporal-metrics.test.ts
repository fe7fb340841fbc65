import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Runtime } from '@temporalio/worker';
import { freePort } from '../../local/ports.ts';
import { createLogger } from '../../log/create-logger.ts';
import { connectTemporal, installTemporalRuntime } from '../../workers/temporal.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { startTestTemporal } from '../support/temporal.ts';

// In a file of its own: a process has one runtime.
test("the metrics of Temporal's SDK are served where they were asked for", async (t) => {
  const cleanUp = createCleanUp(t);
  const { address, namespace } = await startTestTemporal(cleanUp);
  const port = await freePort();
  installTemporalRuntime(createLogger({ level: 'silent' }), `127.0.0.1:${port}`);
  const target = { address, namespace, apiKey: undefined, tls: undefined };
  const connections = await connectTemporal(target, 'test');
  try {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    assert.equal(response.status, 200);
    assert.match(await response.text(), /^temporal_/m);
  } finally {
    await connections.close();
    await Runtime.instance().shutdown();
  }
});
