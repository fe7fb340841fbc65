import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { actions } from '../../jobs/catalogue.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { bundleWorkflows } from '../../workers/bundle.ts';
import { installTemporalRuntime } from '../../workers/temporal.ts';

const folder = new URL('./histories/', import.meta.url);

test('the workflows of this version replay every stored history', async (t) => {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.json')).sort();
  installTemporalRuntime(createLogger({ level: 'error' }));
  const workflowBundle = await bundleWorkflows();

  await t.test('there is a history of every action', () => {
    const recorded = new Set(names.map((name) => name.split('/')[0]));
    assert.deepEqual(
      actions.map((action) => action.name).filter((name) => !recorded.has(name)),
      [],
    );
  });

  for (const name of names) {
    await t.test(name, async () => {
      const history = historyFromJSON(JSON.parse(await readFile(new URL(name, folder), 'utf8')));
      // The ids of children are made of it.
      const workflowId = history.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowId;
      assert.ok(workflowId, 'the history says whose it is');
      const results = Worker.runReplayHistories({ workflowBundle }, [{ workflowId, history }]);
      for await (const { error } of results) assert.equal(error, undefined, error?.message);
    });
  }
});
