import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { withTransaction } from '../../database/transaction.ts';
import { recordEvents } from '../../events/events.ts';
import type { CleanUp } from '../support/clean-up.ts';
import type { TestJobrunner } from './test-jobrunner.ts';

/** A real HTTP server that webhooks are sent to. */
export interface Receiver {
  readonly url: string;
  readonly requests: IncomingMessage[];
  /** Statuses to answer with, the first first; 200 when none is left. */
  readonly statuses: number[];
}

export async function startReceiver(t: CleanUp): Promise<Receiver> {
  const requests: IncomingMessage[] = [];
  const statuses: number[] = [];
  const server = createServer((req, res) => {
    requests.push(req);
    req.resume().on('end', () => res.writeHead(statuses.shift() ?? 200).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise((resolve) => server.close(resolve)));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests, statuses };
}

/** Makes an event that one subscription, to `endpoint`, wants. Returns the id of the job that delivers it. */
export async function pushEvent({ pool, wakeDispatcher }: TestJobrunner, endpoint: string): Promise<string> {
  await pool.query(`INSERT INTO accounts.accounts (name) VALUES ('admin') ON CONFLICT DO NOTHING`);
  await pool.query('DELETE FROM registry.webhooks');
  await pool.query(
    `INSERT INTO registry.webhooks (type, key, endpoint, author_id) SELECT 'TAG_PUSH', '', $1, id FROM accounts.accounts`,
    [endpoint],
  );
  await withTransaction(pool, (tx) =>
    recordEvents(tx, [
      { type: 'TAG_PUSH', actor: 'admin', namespace: 'admin', repository: 'app', contents: { tag: '1' } },
    ]),
  );
  wakeDispatcher.send();
  const { rows } = await pool.query<{ id: string }>(
    `SELECT id FROM jobs.jobs WHERE action = 'webhook' ORDER BY scheduled_at DESC LIMIT 1`,
  );
  return rows[0]?.id ?? '';
}
