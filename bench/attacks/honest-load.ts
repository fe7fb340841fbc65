import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { createPush, tryPush } from '../../test/e2e/test-push.ts';
import type { Client } from '../../test/e2e/client.ts';
import type { WebhookReceiver } from '../../test/e2e/webhook-receiver.ts';

/** What an ordinary user does, each at a steady pace. `webhook` is from the answer to a push until its receiver has it. */
export const activities = ['push', 'pull', 'signIn', 'webhook'] as const;
export type Activity = (typeof activities)[number];

/** What came of it. */
export interface HonestFigures {
  readonly timesMs: Readonly<Record<Activity, readonly number[]>>;
  /** Whatever an ordinary user would complain about. */
  readonly failures: readonly string[];
  /** How late the user's own process was: the 99th percentile of the delay of its event loop. */
  readonly ownDelayMs: number;
}

export interface HonestUser {
  readonly client: Client;
  readonly name: string;
  readonly password: string;
  /** Has subscribed to pushes to the user's namespace. */
  readonly receiver: WebhookReceiver;
}

const paceMs = { push: 500, pull: 100, signIn: 500 } as const;
const webhookPatienceMs = 30_000;
const ownDelayResolutionMs = 1;

let pushes = 0;

/** Works as an ordinary user for so long. Times are from when each thing was due: a server that stalls delays what follows. */
export async function runHonestLoad(user: HonestUser, durationMs: number): Promise<HonestFigures> {
  const { client, receiver, name } = user;
  const timesMs: Record<Activity, number[]> = { push: [], pull: [], signIn: [], webhook: [] };
  const failures: string[] = [];
  const acknowledgedMs = new Map<string, number>();
  const pulled = `honest-${++pushes}`;
  await client.pushImage(`${name}/app`, pulled);
  const ownDelay = monitorEventLoopDelay({ resolution: ownDelayResolutionMs });
  ownDelay.enable();
  const endMs = performance.now() + durationMs;

  async function steadily(activity: keyof typeof paceMs, act: () => Promise<void>): Promise<void> {
    const underWay: Promise<void>[] = [];
    for (let dueMs = performance.now(); dueMs < endMs; dueMs += paceMs[activity]) {
      await delay(Math.max(0, dueMs - performance.now()));
      underWay.push(
        act().then(
          () => void timesMs[activity].push(performance.now() - dueMs),
          (error: unknown) => void failures.push(`${activity}: ${String(error)}`),
        ),
      );
    }
    await Promise.all(underWay);
  }

  await Promise.all([
    steadily('push', async () => {
      const push = createPush(`${name}/app`, `honest-${++pushes}`);
      const refusal = await tryPush(client, push, false);
      if (refusal) throw new Error(JSON.stringify(refusal));
      acknowledgedMs.set(push.tag, performance.now());
    }),
    steadily('pull', async () => {
      const { status } = await client.registry('GET', `/${name}/app/manifests/${pulled}`);
      if (status !== 200) throw new Error(`answered ${status}`);
    }),
    steadily('signIn', async () => {
      const basic = Buffer.from(`${name}:${user.password}`).toString('base64');
      const response = await fetch(`${client.baseUrl}/auth/token?service=jobrunner&scope=repository:${name}/app:pull`, {
        headers: { authorization: `Basic ${basic}` },
      });
      const text = await response.text();
      if (response.status !== 200) throw new Error(`answered ${response.status}: ${text}`);
    }),
  ]);

  ownDelay.disable();
  const patienceEndsMs = performance.now() + webhookPatienceMs;
  const arrivedMs = (tag: string): number | undefined =>
    receiver.received.find(({ contents }) => contents['tag'] === tag)?.atMs;
  while ([...acknowledgedMs.keys()].some((tag) => arrivedMs(tag) === undefined)) {
    if (performance.now() > patienceEndsMs) break;
    await delay(50);
  }
  for (const [tag, atMs] of acknowledgedMs) {
    const arrived = arrivedMs(tag);
    if (arrived === undefined) failures.push(`webhook: that of ${tag} did not arrive in ${webhookPatienceMs} ms`);
    else timesMs.webhook.push(Math.max(0, arrived - atMs));
  }
  return { timesMs, failures, ownDelayMs: ownDelay.percentile(99) / 1e6 - ownDelayResolutionMs };
}
