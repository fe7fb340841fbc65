import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import pg from 'pg';
import { errors, type Frame } from 'playwright-core';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { openBrowser } from './browser.ts';
import { expectStatus } from './client.ts';
import { eventually } from './eventually.ts';
import { startJobrunner } from './jobrunner-process.ts';
import { temporaryFolder } from './tool.ts';
import { startWebhookReceiver } from './webhook-receiver.ts';

const waitMs = 90_000;

test(
  'people who watch in the Temporal UI see what runs, why, how far it is, and who asked',
  { skip: missing('temporal', 'chromium'), timeout: 900_000 },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const receiver = await startWebhookReceiver(cleanUp);
    const jobrunner = await startJobrunner(cleanUp);
    const { client } = jobrunner;
    const uiUrl = `${jobrunner.baseUrl}/temporal`;
    await client.subscribe('TAG_PUSH', 'admin', receiver.url);
    await client.pushImage('admin/app', '1.0');
    await receiver.waitForCount(1, waitMs);
    const webhook = await client.waitForJob(receiver.received[0]?.deliveryId ?? '', ['done']);
    const collection = await startLongCollection(await jobrunner.databaseUrl());

    // Kept where SCREENSHOTS names a folder, for people to look at.
    const folder = process.env['SCREENSHOTS'] ?? (await temporaryFolder(cleanUp));
    await mkdir(folder, { recursive: true });
    const page = await openBrowser(cleanUp);
    page.setDefaultTimeout(waitMs);
    // By the cookie of a session, as a person who has signed in.
    const signedIn = await page.request.post(`${jobrunner.baseUrl}/enzi/v0/login`, {
      data: { username: 'admin', password: jobrunner.password },
    });
    assert.equal(signedIn.status(), 200, await signedIn.text());
    const open = async (jobId: string): Promise<void> => {
      await page.goto(`${uiUrl}/namespaces/default/workflows/${encodeURIComponent(jobId)}`);
      await page.getByTestId('history-tab').waitFor();
    };

    const see = async (name: string, tab: string, texts: readonly string[]): Promise<void> => {
      await page.getByTestId(`${tab}-tab`).click();
      const isShown = async (text: string): Promise<boolean> => {
        // Details are Markdown, which the UI shows in frames.
        const counts = await Promise.all(page.frames().map((frame) => countIn(frame, text)));
        return counts.some((count) => count > 0);
      };
      for (const text of texts) {
        await eventually(`"${text}" on ${tab}`, () => isShown(text), { timeoutMs: waitMs, intervalMs: 500 });
      }
      await page.screenshot({ path: join(folder, `${name}-${tab}.png`) });
    };

    await t.test('a running garbage collection, which is paused and resumed there', async () => {
      const name = 'garbage-collection';
      await open(collection);
      await see(name, 'history', [
        'Running',
        'Request Cancellation',
        'reviewBlobs',
        'review after',
        'at most 1 a second',
      ]);
      await see(name, 'search-attributes', [
        'JobAction',
        'RequestedBy',
        'DryRun',
        'ItemsDone',
        'JobPhase',
        'reviewing',
      ]);
      await update('pause', { by: 'ada', note: 'backup' });
      await eventually('the job to be paused', async () => (await readJob(collection)).paused, { timeoutMs: waitMs });
      await see(name, 'user-metadata', ['onlinegc_blobs', 'Safe to cancel', 'Paused', 'by ada: backup', 'Done:']);
      await update('resume', { by: 'ada' });
      await eventually('the job to go on', async () => !(await readJob(collection)).paused, { timeoutMs: waitMs });
    });

    await t.test('a webhook that was delivered', async () => {
      const name = 'webhook';
      await open(webhook.id);
      await see(name, 'history', ['Completed', 'deliverWebhook']);
      await see(name, 'user-metadata', ['webhook TAG_PUSH', 'caused by an event of the registry']);
      await see(name, 'search-attributes', ['JobTrigger', 'event', 'Repository', 'admin/app', 'delivered']);
    });

    await t.test('the details lead to the log of the job', async () => {
      await open(webhook.id);
      await page.getByTestId('user-metadata-tab').click();
      const url = `${jobrunner.baseUrl}/api/v0/jobs/${encodeURIComponent(webhook.id)}/logs`;
      const frame = await eventually('the link', () => frameWith(page.frames(), url), { timeoutMs: waitMs });
      const opened = page.context().waitForEvent('page');
      await frame.locator(`a[href="${url}"]`).first().click();
      const log = await opened;
      await log.waitForLoadState();
      assert.equal(log.url(), url);
      assert.match((await log.textContent('body')) ?? '', /delivered[^]*done/);
      await log.close();
    });

    await t.test('every list of OPERATIONS.md opens, and has what it says', async () => {
      const views = await listedViews();
      assert.ok(views.length >= 8, 'the lists are read');
      const counts: Record<string, number> = {};
      for (const { title, path, query } of views) {
        const isAnswer = (url: string): boolean =>
          /\/namespaces\/default\/workflows\?/.test(url) && new URL(url).searchParams.get('query') === query;
        const answered = page.waitForResponse(
          (response) => isAnswer(response.url()) && response.request().resourceType() === 'fetch',
        );
        await page.goto(`${jobrunner.baseUrl}${path}`);
        const answer = await answered;
        assert.equal(answer.status(), 200, `${title}: ${await answer.text()}`);
        const { executions = [] } = (await answer.json()) as { executions?: unknown[] };
        counts[title] = executions.length;
      }
      assert.deepEqual(counts, {
        ...Object.fromEntries(views.map(({ title }) => [title, 0])),
        'what runs': 1,
        'garbage collections that run': 1,
        'all that was done for a repository': 1,
      });
    });

    expectStatus(204, await client.api('POST', `/jobs/${encodeURIComponent(collection)}/cancel`));
    await client.waitForJob(collection, ['cancel']);

    /** As a person does, by the menu of the page. */
    async function update(name: string, input: Readonly<Record<string, string>>): Promise<void> {
      await page.getByRole('button', { name: 'More Actions' }).click();
      await page.getByRole('menuitem', { name: 'Send an Update' }).click();
      const dialog = page.getByRole('dialog').filter({ visible: true });
      await dialog.getByTestId('update-select-button').click();
      await dialog.getByRole('option', { name: new RegExp(`^\\s*${name}\\b`) }).click();
      await dialog.getByRole('textbox').and(dialog.locator('[data-language="json"]')).fill(JSON.stringify(input));
      const submit = dialog.getByTestId('confirm-modal-button');
      // A click that comes while the list closes is lost; one too many changes nothing, because the update has its id.
      const isSent = async (): Promise<boolean> => {
        await submit.click({ timeout: 5_000 }).catch((error: unknown) => {
          if (!(error instanceof errors.TimeoutError)) throw error;
        });
        return !(await dialog.isVisible());
      };
      await eventually(`the update ${name} to be sent`, isSent, { timeoutMs: waitMs, intervalMs: 2_000 });
    }

    async function readJob(jobId: string): Promise<{ readonly paused: boolean }> {
      return expectStatus(200, await client.api<{ paused: boolean }>('GET', `/jobs/${encodeURIComponent(jobId)}`));
    }

    async function startLongCollection(databaseUrl: string): Promise<string> {
      const database = new pg.Client({ connectionString: databaseUrl });
      await database.connect();
      // Rows alone: they are all that the first phase looks at.
      await database.query(`INSERT INTO registry.blobs (digest, size_bytes, storage_key)
        SELECT 'sha256:' || encode(sha256(i::text::bytea), 'hex'), 1000, gen_random_uuid()::text
        FROM generate_series(1, 5000) i`);
      await database.end();
      // One a second, for the page of a job with thousands of events is slow.
      const jobId = await client.startJob('onlinegc_blobs', { batchSize: '1', maxPerSecond: '1' });
      await client.waitForJob(jobId, ['running']);
      return jobId;
    }
  },
);

/** The lists of OPERATIONS.md, with the repository that this test has in place of that of the examples. */
async function listedViews(): Promise<{ title: string; path: string; query: string }[]> {
  const text = await readFile(new URL('../../OPERATIONS.md', import.meta.url), 'utf8');
  const rows = text.matchAll(/^\| \[([^\]]+)\]\(http:\/\/localhost:8080(\/temporal\/[^)]*)\) +\| `([^`]+)`/gm);
  return [...rows].map(([, title = '', link = '', shown = '']) => {
    assert.equal(new URL(link, 'http://localhost').searchParams.get('query'), shown, title);
    const query = shown.replace('acme/app', 'admin/app');
    return { title, query, path: link.replace(/query=.*/, `query=${encodeURIComponent(query)}`) };
  });
}

async function frameWith(frames: readonly Frame[], url: string): Promise<Frame | undefined> {
  for (const frame of frames) if ((await frame.locator(`a[href="${url}"]`).count()) > 0) return frame;
  return undefined;
}

/** How often a text is to be seen in a frame; a frame that the page has replaced shows nothing. */
async function countIn(frame: Frame, text: string): Promise<number> {
  try {
    return await frame.getByText(text).filter({ visible: true }).count();
  } catch (error) {
    if (frame.isDetached()) return 0;
    throw error;
  }
}
