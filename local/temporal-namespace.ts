import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';

const startTimeoutMs = 60_000;
const pollIntervalMs = 100;
const retentionMs = 7 * 24 * 3_600_000;

/**
 * Waits until a server that was just started answers and has the namespace, and sees to it that the namespace keeps
 * closed workflows for 7 days; the development server makes it with one day.
 *
 * @param address host:port
 * @param exited resolves if the server ends, which ends the waiting
 * @throws Error where it has ended, or has not answered within 60 s
 */
export async function prepareNamespace(address: string, namespace: string, exited: Promise<string>): Promise<void> {
  const deadlineMs = performance.now() + startTimeoutMs;
  let ended: string | undefined;
  void exited.then((reason) => (ended = reason));
  const connection = Connection.lazy({ address, connectTimeout: '2s' });
  try {
    for (;;) {
      try {
        await keepHistories(connection, namespace);
        if (ended !== undefined) throw new Error('another server answers in its place');
        return;
      } catch (error) {
        if (ended !== undefined) throw new Error(`it ended with ${ended}`, { cause: error });
        if (performance.now() > deadlineMs) {
          throw new Error(`no answer within ${startTimeoutMs / 1000} s: ${(error as Error).message}`, { cause: error });
        }
        await delay(pollIntervalMs);
      }
    }
  } finally {
    await connection.close();
  }
}

async function keepHistories(connection: Connection, namespace: string): Promise<void> {
  await connection.withDeadline(Date.now() + 5_000, async () => {
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    const seconds = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0);
    if (seconds * 1_000 >= retentionMs) return;
    await connection.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: msToTs(retentionMs) },
    });
  });
}
