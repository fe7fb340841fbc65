import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { actions } from '../../jobs/actions/catalogue.ts';
import { createLogger } from '../../log/create-logger.ts';
import { bundleWorkflows } from '../../workers/bundle.ts';
import { installTemporalRuntime } from '../../workers/temporal.ts';
import { recordedName } from './recorded-name.ts';
import { scenarios } from './scenarios/index.ts';

const folder = new URL('./histories/', import.meta.url);
const happyEnds = ['done', 'delivered', 'sent', 'failed', 'continued-as-new'];
/** Fails in its first workflow task: nobody can cancel it before. */
const instant = 'false';
/** Those that do not page, so that their histories stay short. */
const unpaged = new Set(['webhook', 'onlinegc', 'ldap_sync', 'analytics_report', 'sleep', 'false']);

test('the workflows of this version replay every stored history', async (t) => {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.json')).sort();
  installTemporalRuntime(createLogger({ level: 'error' }));
  const workflowBundle = await bundleWorkflows();

  await t.test('there are histories of everything that may become of a job, for every action', () => {
    const recorded = new Set(names.map(recordedName));
    const has = (action: string, scenario: string) => recorded.has(`${action}/${scenario}`);
    const absent = actions.flatMap(({ name, isPausable }) => [
      ...(happyEnds.some((end) => has(name, `${end}.1`)) ? [] : [`${name}: its end`]),
      ...(has(name, 'cancelled.1') || name === instant ? [] : [`${name}: cancelled`]),
      ...(has(name, 'retried.1') ? [] : [`${name}: retried`]),
      ...(!isPausable || has(name, 'paused-and-resumed.1') ? [] : [`${name}: paused and resumed`]),
      ...(unpaged.has(name) || has(name, 'continued-as-new.2') ? [] : [`${name}: continued as new`]),
    ]);
    assert.deepEqual(absent, [], 'add scenarios to test/replay/scenarios/, then npm run record-histories');
    const unrecorded = Object.entries(scenarios)
      .flatMap(([action, runs]) => Object.keys(runs).map((scenario) => `${action}/${scenario}`))
      .filter((name) => !recorded.has(`${name}.1`));
    assert.deepEqual(unrecorded, [], 'npm run record-histories');
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
