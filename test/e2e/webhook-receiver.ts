import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { CleanUp } from '../support/clean-up.ts';

/** One request that arrived. */
export interface ReceivedWebhook {
  /** By `performance.now()`, once the body was there. */
  readonly atMs: number;
  readonly path: string;
  /** The header `x-jobrunner-delivery`. */
  readonly deliveryId: string;
  readonly type: string;
  readonly contents: Readonly<Record<string, string>>;
}

export interface WebhookAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Wait before the answer. */
  readonly delayMs?: number;
}

type AnswerOf = (webhook: ReceivedWebhook, index: number) => WebhookAnswer;

export interface WebhookReceiver {
  /** An endpoint of it; every path is one. */
  readonly url: string;
  /** All that has arrived, in order. */
  readonly received: readonly ReceivedWebhook[];
  /** Decides what is answered from now on; at first 200. `index` counts requests from 0. */
  answerWith(answer: AnswerOf): void;
  /** Resolves once so many requests have arrived. */
  waitForCount(count: number, timeoutMs: number): Promise<void>;
}

const alwaysOk: AnswerOf = () => ({ status: 200 });

/** Starts an HTTP server that records the webhooks it gets. It is closed after the test. */
export async function startWebhookReceiver(t: CleanUp): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  const watchers = new Set<() => void>();
  let answerOf: AnswerOf = alwaysOk;

  async function answer(path: string, deliveryId: string, body: string): Promise<WebhookAnswer> {
    const { type, contents } = JSON.parse(body) as Pick<ReceivedWebhook, 'type' | 'contents'>;
    const webhook = { atMs: performance.now(), path, deliveryId, type, contents };
    const index = received.push(webhook) - 1;
    for (const watcher of watchers) watcher();
    const chosen = answerOf(webhook, index);
    if (chosen.delayMs) await delay(chosen.delayMs);
    return chosen;
  }

  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    // A sender that is killed in the middle has sent nothing.
    req.on('error', () => undefined);
    req.on('end', () => {
      answer(req.url ?? '', String(req.headers['x-jobrunner-delivery'] ?? ''), Buffer.concat(chunks).toString()).then(
        ({ status, headers }) => res.writeHead(status, { ...headers }).end(`status ${status}`),
        () => res.writeHead(400).end('not a webhook'),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answerWith: (next) => void (answerOf = next),
    waitForCount: (count, timeoutMs) =>
      new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => {
          watchers.delete(check);
          reject(new Error(`${received.length} of ${count} webhooks arrived within ${timeoutMs} ms`));
        }, timeoutMs);
        function check(): void {
          if (received.length < count) return;
          clearTimeout(timer);
          watchers.delete(check);
          resolve();
        }
        watchers.add(check);
        check();
      }),
  };
}
