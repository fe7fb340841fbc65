import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { withTransaction } from '../../database/transaction.ts';
import { enqueueJobs, type NewJob } from '../../jobs/records/enqueue.ts';
import { recordEvents } from '../../events/events.ts';
import type { FinalStatus } from '../../jobs/records/status.ts';
import { newJob } from '../jobs/test-jobs.ts';

/** What is asked for, and what has to come of it. */
export interface JobMix {
  /** In the order in which they are to be stored; each part by itself. */
  readonly parts: readonly MixPart[];
  /** How every job ends, those included that retries and `onlinegc` make, but for webhooks: by its id. */
  readonly ends: ReadonlyMap<string, FinalStatus>;
  /** Jobs that sleep until somebody cancels them. */
  readonly sleepers: readonly string[];
  /** Of the events that webhooks tell. */
  readonly tags: readonly string[];
}

interface MixPart {
  readonly jobs: readonly NewJob[];
  readonly tags: readonly string[];
}

const partSize = 20;
const sleeperCount = 4;
const retries = 2;
const collections = ['onlinegc_metadata', 'onlinegc_blobs', 'upload_purge', 'onlinegc_joblogs', 'onlinegc_events'];
const smallPages = { batchSize: '10' };

/** What one job in twenty is, by its place; `webhook` stands for an event that causes one. */
const pattern: readonly (readonly [action: string, parameters?: Readonly<Record<string, string>>])[] = [
  ['onlinegc_blobs', smallPages],
  ['webhook'],
  ['sleep', { seconds: '1' }],
  ['webhook'],
  // It lists every piece of an upload that there is, at most five pages a second.
  ['upload_purge', { batchSize: '100' }],
  ['webhook'],
  ['sleep', { seconds: '0' }],
  ['webhook'],
  ['onlinegc_metadata', smallPages],
  ['webhook'],
  ['false'],
  ['webhook'],
  ['sleep', { seconds: '2' }],
  ['webhook'],
  ['onlinegc_joblogs'],
  ['webhook'],
  ['sleep', { seconds: '3' }],
  ['webhook'],
  ['gc_audit', { batchSize: '500', maxPerSecond: '0' }],
  ['webhook'],
];
// What is found once in a hundred only.
const rare: readonly (typeof pattern)[number][] = [['onlinegc', smallPages], ['onlinegc_events'], ['blob_verify']];

/** Mixes so many jobs of every sort that needs no other server than the receivers of webhooks. */
export function mixJobs(count: number): JobMix {
  const ends = new Map<string, FinalStatus>();
  const tags: string[] = [];
  const sleepers = Array.from({ length: sleeperCount }, (_, index) => `sleep:sleeper-${index}`);
  for (const id of sleepers) ends.set(id, 'cancel');
  const asleep = sleepers.map((id) => newJob({ id, parameters: { seconds: '100000' } }));
  const parts: MixPart[] = [{ jobs: asleep, tags: [] }];
  let inPart: { jobs: NewJob[]; tags: string[] } = { jobs: [], tags: [] };
  for (let index = 0; index < count; index++) {
    const [action, parameters = {}] = entryAt(index);
    if (action === 'webhook') {
      tags.push(`t${index}`);
      inPart.tags.push(`t${index}`);
    } else {
      const id = `${action}:soak-${index}`;
      const left = action === 'false' ? retries : 0;
      inPart.jobs.push(newJob({ id, action, parameters, retriesLeft: left, retriesTotal: left }));
      ends.set(id, action === 'false' ? 'error' : 'done');
      for (let attempt = 1; attempt <= left; attempt++) ends.set(`${id}~${attempt}`, 'error');
      if (action === 'onlinegc') for (const name of collections) ends.set(`${id}:${name}`, 'done');
    }
    if (inPart.jobs.length + inPart.tags.length === partSize || index === count - 1) {
      parts.push(inPart);
      inPart = { jobs: [], tags: [] };
    }
  }
  return { parts, ends, sleepers, tags };
}

function entryAt(index: number): (typeof pattern)[number] {
  const isRare = index % pattern.length === 14 && index % 100 < pattern.length * rare.length;
  const entry = isRare ? rare[Math.floor((index % 100) / pattern.length)] : pattern[index % pattern.length];
  if (!entry) throw new RangeError(`there is nothing at ${index}`);
  return entry;
}

/**
 * Stores a part, in one transaction. To do it again does nothing: whoever has lost the answer to the commit cannot know
 * whether it happened.
 */
export async function storePart(pool: pg.Pool, { jobs, tags }: MixPart): Promise<void> {
  const marker = jobs[0]?.id ?? `sleep:${randomUUID()}`;
  await withTransaction(pool, async (tx) => {
    const { rowCount } = await tx.query('SELECT FROM jobs.jobs WHERE id = $1', [marker]);
    if (rowCount === 1) return;
    await enqueueJobs(tx, jobs);
    await recordEvents(
      tx,
      tags.map((tag) => ({
        type: 'TAG_PUSH',
        actor: 'admin',
        namespace: 'admin',
        repository: 'soak',
        contents: { tag },
      })),
    );
  });
}
