import { type Static, Type } from 'typebox';
import {
  changeActionQueue,
  listActionQueues,
  maxRunningByDefault,
  untouchedQueue,
  type ActionQueue,
} from '../../jobs/queue/action-queues.ts';
import { actions } from '../../jobs/actions/catalogue.ts';
import { countBacklog } from '../../jobs/queue/lanes.ts';
import { countInFlight } from '../../jobs/records/queries.ts';
import { listWorkers } from '../../jobs/queue/worker-records.ts';
import { requireAccount } from '../http/access.ts';
import { auditedChange } from '../http/audited-change.ts';
import type { JobDeps, ApiInstance } from '../http/instance.ts';
import { requireAction } from './job-fields.ts';
import { formOf } from '../http/object-form.ts';
import { allReadOnly, listOf, nullable, readOnly, Timestamp } from '../http/schemas.ts';

const config = { access: 'system-admin' } as const;
const most = { minimum: 1, maximum: 1_000_000 };
const tags = ['queues'];

/** What holds the jobs of an action back, and how many there are. */
const QueueView = Type.Object(
  {
    action: readOnly(Type.String()),
    paused: Type.Boolean(),
    note: Type.String(),
    pausedBy: readOnly(Type.String()),
    pausedAt: readOnly(nullable(Timestamp)),
    maxRunning: nullable(Type.Integer()),
    mayRun: readOnly(Type.Integer()),
    ratePerMinute: nullable(Type.Integer()),
    // Up to 10,000 of each kind are counted.
    ...allReadOnly({ waiting: Type.Integer(), running: Type.Integer() }),
  },
  { title: 'Queue' },
);
const queueForm = formOf(QueueView, {
  paused: Type.Optional(Type.Boolean()),
  note: Type.Optional(Type.String({ maxLength: 1_000 })),
  maxRunning: Type.Optional(Type.Union([Type.Integer(most), Type.Null()])),
  ratePerMinute: Type.Optional(Type.Union([Type.Integer(most), Type.Null()])),
});

/** `/api/v0/queues`: how jobs of each action are held back. Beyond MSR. */
export function queueRoutes(app: ApiInstance, deps: JobDeps): void {
  const { pool, wakeDispatcher, wakeSchedules } = deps;

  app.get(
    '/api/v0/queues',
    {
      config,
      schema: {
        summary: 'List the queues, one for each action',
        tags,
        response: { 200: Type.Object({ queues: listOf(QueueView) }) },
      },
    },
    async () => {
      const [changed, counts] = [await listActionQueues(pool), await countAll()];
      const byAction = new Map(changed.map((queue) => [queue.action, queue]));
      const names = actions.map(({ name }) => name).sort();
      return { queues: names.map((name) => view(byAction.get(name) ?? untouchedQueue(name), counts)) };
    },
  );

  app.patch(
    '/api/v0/queues/:action',
    {
      config,
      schema: {
        summary: 'Pause the queue of an action, or set how many of its jobs run',
        tags,
        params: Type.Object({ action: Type.String({ minLength: 1, maxLength: 100 }) }),
        body: queueForm,
        response: { 200: QueueView },
      },
    },
    async (request) => {
      const { name } = requireAction(request.params.action);
      const { body } = request;
      const queue = await auditedChange(deps, request, async (tx, record) => {
        const changed = await changeActionQueue(tx, name, body, requireAccount(request).name);
        await record({ kind: 'QUEUE_UPDATE', object: { id: name, name }, details: body });
        return changed;
      });
      wakeDispatcher.send();
      if (body.paused !== undefined) wakeSchedules.send();
      return view(queue, await countAll());
    },
  );

  async function countAll(): Promise<Counts> {
    const [backlog, inFlight] = [await countBacklog(pool), await countInFlight(pool)];
    const workers = (await listWorkers(pool)).filter(({ status }) => status === 'running').length;
    return { waiting: sum(backlog), running: sum(inFlight), workers };
  }
}

interface Counts {
  readonly waiting: ReadonlyMap<string, number>;
  readonly running: ReadonlyMap<string, number>;
  readonly workers: number;
}

function sum(counts: readonly { action: string; count: number }[]): Map<string, number> {
  const total = new Map<string, number>();
  for (const { action, count } of counts) total.set(action, (total.get(action) ?? 0) + count);
  return total;
}

function view(queue: ActionQueue, { waiting, running, workers }: Counts): Static<typeof QueueView> {
  const { action, paused, pauseNote, pausedBy, pausedAt, maxRunning, ratePerMinute } = queue;
  return {
    action,
    paused,
    note: pauseNote,
    pausedBy,
    pausedAt,
    maxRunning,
    mayRun: maxRunning ?? maxRunningByDefault(action, workers),
    ratePerMinute,
    waiting: waiting.get(action) ?? 0,
    running: running.get(action) ?? 0,
  };
}
