import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import pg from 'pg';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { openBrowser } from './browser.ts';
import { expectStatus } from './client.ts';
import { eventually } from './eventually.ts';
import { startJobrunner } from './jobrunner-process.ts';
import { temporaryFolder } from './tool.ts';
import { startWebhookReceiver } from './webhook-receiver.ts';

const waitMs = 30_000;

test(
  'people who watch in the Temporal UI see what runs, why, how far it is, and who asked',
  { skip: missing('temporal', 'chromium'), timeout: 300_000 },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const receiver = await startWebhookReceiver(cleanUp);
    const jobrunner = await startJobrunner(cleanUp);
    const { client } = jobrunner;
    const { uiUrl } = await jobrunner.temporal();
    await client.subscribe('TAG_PUSH', 'admin', receiver.url);
    await client.pushImage('admin/app', '1.0');
    await receiver.waitForCount(1, waitMs);
    const webhook = await client.waitForJob(receiver.received[0]?.deliveryId ?? '', ['done']);
    const collection = await startLongCollection(await jobrunner.databaseUrl());

    // Kept where SCREENSHOTS names a folder, for people to look at.
    const folder = process.env['SCREENSHOTS'] ?? (await temporaryFolder(cleanUp));
    await mkdir(folder, { recursive: true });
    const page = await openBrowser(cleanUp);
    const open = async (jobId: string): Promise<void> => {
      await page.goto(`${uiUrl}/namespaces/default/workflows/${encodeURIComponent(jobId)}`);
      await page.getByTestId('history-tab').waitFor({ timeout: waitMs });
    };

    const see = async (name: string, tab: string, texts: readonly string[]): Promise<void> => {
      await page.getByTestId(`${tab}-tab`).click();
      const isShown = async (text: string): Promise<boolean> => {
        // Details are Markdown, which the UI shows in frames.
        const counts = page.frames().map((frame) => frame.getByText(text).filter({ visible: true }).count());
        return (await Promise.all(counts)).some((count) => count > 0);
      };
      for (const text of texts) await eventually(`"${text}" on ${tab}`, () => isShown(text), { timeoutMs: waitMs });
      await page.screenshot({ path: join(folder, `${name}-${tab}.png`) });
    };

    await t.test('a running garbage collection', async () => {
      const name = 'garbage-collection';
      await open(collection);
      await see(name, 'history', ['Running', 'Request Cancellation', 'reviewBlobs • review after']);
      await see(name, 'user-metadata', ['onlinegc_blobs', 'Safe to cancel', 'Phase:', 'reviewing', 'Done:']);
      await see(name, 'search-attributes', ['JobAction', 'RequestedBy', 'DryRun', 'ItemsDone', 'JobPhase']);
    });

    await t.test('a webhook that was delivered', async () => {
      const name = 'webhook';
      await open(webhook.id);
      await see(name, 'history', ['Completed', 'deliverWebhook']);
      await see(name, 'user-metadata', ['webhook TAG_PUSH', 'caused by an event of the registry']);
      await see(name, 'search-attributes', ['JobTrigger', 'event', 'Repository', 'admin/app', 'delivered']);
    });

    expectStatus(204, await client.api('POST', `/jobs/${encodeURIComponent(collection)}/cancel`));
    await client.waitForJob(collection, ['cancel']);

    async function startLongCollection(databaseUrl: string): Promise<string> {
      const database = new pg.Client({ connectionString: databaseUrl });
      await database.connect();
      // Rows alone: they are all that the first phase looks at.
      await database.query(`INSERT INTO registry.blobs (digest, size_bytes, storage_key)
        SELECT 'sha256:' || encode(sha256(i::text::bytea), 'hex'), 1000, gen_random_uuid()::text
        FROM generate_series(1, 5000) i`);
      await database.end();
      const jobId = await client.startJob('onlinegc_blobs', { batchSize: '1' });
      await client.waitForJob(jobId, ['running']);
      return jobId;
    }
  },
);
