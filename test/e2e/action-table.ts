import type pg from 'pg';
import type { ActionName } from '../../jobs/actions/catalogue.ts';
import type { BlobStore } from '../../registry/store/blob-store.ts';
import { makeEndedJobs, makeEvents } from '../jobs/histories.ts';
import type { TestDirectory } from '../support/slapd.ts';
import { makeIdleUploads } from '../workflows/idle-uploads.ts';
import { makeOrphans } from '../workflows/orphans.ts';
import { makeUntagged } from '../workflows/untagged.ts';
import { expectStatus, type Client, type Job } from './client.ts';
import { eventually } from './eventually.ts';
import type { WebhookReceiver } from './webhook-receiver.ts';

/** What the jobs of a test work on. */
export interface Stage {
  readonly client: Client;
  readonly pool: pg.Pool;
  readonly blobStore: BlobStore;
  readonly blobsPath: string;
  readonly directory: TestDirectory;
  readonly receiver: WebhookReceiver;
  /** How whoever is sent something behaves. */
  readonly mood: { is: 'well' | 'slow' | 'refusing' };
}

/** How the jobs of one action are brought about. */
export interface ActionCase {
  /** Parameters of a job that soon ends; none by default. */
  readonly quick?: (stage: Stage) => Promise<Readonly<Record<string, string>>>;
  /** How a quick job ends; `done` by default. */
  readonly end?: 'error';
  /**
   * Gives parameters of a job that goes on for long, and makes what it has to do. Undefined: no job of the action does, so
   * one is stopped before it begins, and none is interrupted half way.
   */
  readonly long?: (stage: Stage) => Promise<Readonly<Record<string, string>>>;
  /** Whether a long job is half way; by default once it shows progress. */
  readonly isHalfWay?: (stage: Stage, jobId: string) => boolean | Promise<boolean>;
  /** Does what makes the registry itself start a job, and gives its id. */
  readonly event?: (stage: Stage) => Promise<string>;
  /** What makes a job fail; by default its first parameter is nonsense, as if an older version had stored it. */
  readonly failure?: 'refusing' | 'always';
}

const pageByPage = { batchSize: '1' };
const pacedPages = { batchSize: '2', maxPerSecond: '10' };
const manyItems = 80;
// Beyond the limits of what is kept, which the jobs of the test are not.
export const keptFor = '30m';

const isRunning = async ({ client }: Stage, jobId: string): Promise<boolean> =>
  (await client.findJob(jobId))?.status === 'running';

async function deliveryParameters({ pool, client }: Stage): Promise<Readonly<Record<string, string>>> {
  await client.pushImage('admin/told', `t${Date.now()}`);
  const { rows } = await pool.query<{ eventID: string; webhookID: string }>(
    `SELECT e.id AS "eventID", w.id AS "webhookID" FROM registry.events e, registry.webhooks w
     WHERE e.kind = 'TAG_PUSH' AND e.repository = 'told' AND w.type = e.kind ORDER BY e.published_at DESC LIMIT 1`,
  );
  return { ...rows[0] };
}

async function causedJob({ client }: Stage, action: string, isIt: (job: Job) => boolean): Promise<string> {
  const job = await eventually(`a job ${action}`, async () => (await client.listJobs(action)).find(isIt));
  return job.id;
}

/** Every action of the catalogue. */
export const actionCases: Readonly<Record<ActionName, ActionCase>> = {
  webhook: {
    quick: deliveryParameters,
    long: deliveryParameters,
    isHalfWay: ({ receiver }, jobId) => receiver.received.some(({ deliveryId }) => deliveryId === jobId),
    event: async (stage) => {
      const before = new Set((await stage.client.listJobs('webhook')).map(({ id }) => id));
      await stage.client.pushImage('admin/told', 'event');
      return causedJob(stage, 'webhook', ({ id }) => !before.has(id));
    },
  },
  gc_audit: {
    long: async (stage) => {
      await makeOrphans(stage, manyItems);
      // It looks at all that there is.
      return { batchSize: '5', maxPerSecond: '30' };
    },
  },
  blob_verify: {
    long: async ({ client }) => {
      // Each holds the reader for some seconds.
      for (const tag of ['a', 'b']) await client.pushImage('admin/read', tag);
      return { batchSize: '1', maxBytesPerSecond: '200' };
    },
  },
  onlinegc: {
    long: async (stage) => {
      await makeUntagged(stage, 'untagged', manyItems);
      return pacedPages;
    },
    isHalfWay: async (stage, jobId) => isRunning(stage, `${jobId}:onlinegc_metadata`),
  },
  onlinegc_blobs: {
    long: async (stage) => {
      await makeOrphans(stage, manyItems);
      return pacedPages;
    },
  },
  onlinegc_events: {
    long: async ({ pool }) => {
      await makeEvents(pool, 600, 'old');
      return pageByPage;
    },
  },
  onlinegc_joblogs: {
    long: async ({ pool }) => {
      await makeEndedJobs(pool, { name: `old-${Date.now()}`, count: 600 });
      return pageByPage;
    },
  },
  onlinegc_metadata: {
    long: async (stage) => {
      await makeUntagged(stage, 'untagged', manyItems);
      return pacedPages;
    },
    event: async (stage) => {
      await stage.client.pushImage('admin/doomed', 'one');
      expectStatus(204, await stage.client.api('DELETE', '/repositories/admin/doomed'));
      return causedJob(stage, 'onlinegc_metadata', ({ repository }) => repository === 'admin/doomed');
    },
  },
  upload_purge: {
    long: async (stage) => {
      await makeIdleUploads(stage, manyItems);
      return pageByPage;
    },
  },
  ldap_sync: {
    long: async ({ directory }) => {
      await directory.freeze();
      return {};
    },
    isHalfWay: async ({ pool }, jobId) => {
      const { rowCount } = await pool.query(`SELECT FROM jobs.jobs WHERE id = $1 AND status = 'running'`, [jobId]);
      return rowCount === 1;
    },
  },
  analytics_report: {
    long: () => Promise.resolve({}),
    isHalfWay: ({ receiver }, jobId) => receiver.received.some(({ deliveryId }) => deliveryId === jobId),
    failure: 'refusing',
  },
  sleep: {
    quick: () => Promise.resolve({ seconds: '0' }),
    long: () => Promise.resolve({ seconds: '25' }),
    isHalfWay: isRunning,
  },
  false: { end: 'error', failure: 'always' },
};
