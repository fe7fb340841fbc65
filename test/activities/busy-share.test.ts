import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { inBusyShare } from '../../activities/busy-share.ts';

const signal = new AbortController().signal;

/** Counts the items of steps that take `stepMs`; `itemsLeft` ends the work list. */
function workList({ stepMs = 0, itemsLeft = Number.POSITIVE_INFINITY } = {}) {
  const steps: number[] = [];
  return {
    steps,
    step: async (limit: number) => {
      steps.push(Math.min(limit, itemsLeft));
      itemsLeft -= limit;
      await delay(stepMs);
      return itemsLeft < 0;
    },
  };
}

test('all of the time: a page is one step', async () => {
  const list = workList();
  assert.equal(await inBusyShare({ limit: 1_000, busyPercent: 100, signal }, list.step), false);
  assert.deepEqual(list.steps, [1_000]);
});

test('a share of the time: a page is several steps, and no more items than it may have', async () => {
  const list = workList();
  assert.equal(await inBusyShare({ limit: 1_200, busyPercent: 50, signal }, list.step), false);
  assert.deepEqual(list.steps, [500, 500, 200]);
});

test('the end of the work list ends the page', async () => {
  const list = workList({ itemsLeft: 700 });
  assert.equal(await inBusyShare({ limit: 5_000, busyPercent: 50, signal }, list.step), true);
  assert.deepEqual(list.steps, [500, 200]);
});

test('a quarter of the time is work, and three quarters are rest', async () => {
  const list = workList({ stepMs: 50 });
  const startedMs = performance.now();
  await inBusyShare({ limit: 1_000, busyPercent: 25, signal }, list.step);
  const tookMs = performance.now() - startedMs;
  assert.equal(list.steps.length, 2);
  assert.ok(tookMs >= 390, `two steps of 50 ms and their rests took ${tookMs} ms`);
});

test('a page of slow steps ends early, so that a pause is not long in coming', async () => {
  const list = workList({ stepMs: 800 });
  assert.equal(await inBusyShare({ limit: 100_000, busyPercent: 50, signal }, list.step), false);
  assert.ok(list.steps.length <= 2, `${list.steps.length} steps`);
});

test('a cancel ends a rest, and the page', async () => {
  const controller = new AbortController();
  const list = workList({ stepMs: 300 });
  setTimeout(() => controller.abort(), 350);
  const startedMs = performance.now();
  const isLast = await inBusyShare({ limit: 100_000, busyPercent: 1, signal: controller.signal }, list.step);
  assert.equal(isLast, false);
  assert.deepEqual(list.steps, [500]);
  assert.ok(performance.now() - startedMs < 1_900, 'the rest of 1.7 s was not kept');
});
