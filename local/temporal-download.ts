// Fills a folder with the Temporal server, by the SDK's own download: `node temporal-download.ts FOLDER`. It runs in a
// process of its own, because the SDK's download has no time limit and cannot be cancelled.
import { TestWorkflowEnvironment } from '@temporalio/testing';

const downloadDir = process.argv[2];
if (downloadDir === undefined) throw new Error('which folder?');
const environment = await TestWorkflowEnvironment.createLocal({
  server: { executable: { type: 'cached-download', downloadDir } },
});
await environment.teardown();
