// Fills a folder with a Temporal server, by the SDK's own download: `node temporal-download.ts FOLDER VERSION`. It runs in
// a process of its own, because the SDK's download has no time limit and cannot be cancelled.
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [, , downloadDir, version] = process.argv;
if (downloadDir === undefined || version === undefined) throw new Error('which folder, and which version?');
const environment = await TestWorkflowEnvironment.createLocal({
  server: { executable: { type: 'cached-download', downloadDir, version } },
});
await environment.teardown();
