import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createPasswordQueue } from '../../api/enzi/password-queue.ts';
import { ApiError } from '../../api/errors.ts';

const noRest = () => false;

test('one runs at a time, in the order of asking, also after one that failed', async () => {
  const { inTurn } = createPasswordQueue(10);
  const steps: string[] = [];
  const work = (name: string) => async () => {
    steps.push(`${name} begins`);
    await delay(5);
    steps.push(`${name} ends`);
    if (name === 'b') throw new Error('b failed');
    return name;
  };
  const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => inTurn(work(name), noRest)));
  assert.deepEqual(steps, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
});

test('no more than are allowed wait', async () => {
  const { inTurn } = createPasswordQueue(2);
  const first = inTurn(() => delay(20, 'first'), noRest);
  const second = inTurn(() => delay(20, 'second'), noRest);
  await assert.rejects(
    inTurn(() => Promise.resolve('third'), noRest),
    (error) => error instanceof ApiError && error.code === 'TOO_MANY_REQUESTS' && error.retryAfterSeconds === 10,
  );
  assert.deepEqual(await Promise.all([first, second]), ['first', 'second']);
  assert.equal(await inTurn(() => Promise.resolve('later'), noRest), 'later');
});

const inVain = () => true;

/** Work that notes when it began and how long it took. */
function timedWork(workMs: number) {
  const noted = { beganMs: 0, tookMs: 0 };
  return {
    noted,
    work: async () => {
      noted.beganMs = performance.now();
      await delay(workMs);
      noted.tookMs = performance.now() - noted.beganMs;
    },
  };
}

test('what was in vain is answered at once, and the next waits: after some in vain for longer than that took', async () => {
  const { inTurn } = createPasswordQueue(50);
  const restsMs: number[] = [];
  for (let round = 0; round < 6; round++) {
    const { noted, work } = timedWork(40);
    const before = await inTurn(work, inVain).then(() => performance.now());
    const { noted: next, work: nextWork } = timedWork(0);
    // It counts as in vain itself.
    await inTurn(nextWork, inVain);
    restsMs.push((next.beganMs - before) / noted.tookMs);
  }
  const shortest = restsMs.slice(0, 2).map((ratio) => Math.round(ratio * 10) / 10);
  assert.ok(Math.min(...shortest) >= 0.9, `a rest: ${restsMs.join()}`);
  assert.ok((restsMs.at(-1) ?? 0) >= 6, `a longer rest: ${restsMs.join()}`);
});

test('those who are known go first and wait for no rest', async () => {
  const { inTurn } = createPasswordQueue(10);
  const order: string[] = [];
  const note = (name: string) => async () => {
    order.push(name);
  };
  // In vain for 300 ms, so that the rest is no shorter than that.
  await inTurn(() => delay(300), inVain);
  const stranger = inTurn(note('stranger'), noRest);
  await inTurn(note('known'), noRest, { isKnown: true });
  assert.deepEqual(order, ['known']);
  await stranger;
  assert.deepEqual(order, ['known', 'stranger']);
});

test('while much is in vain fewer may wait, but those who are known still may', async () => {
  const { inTurn } = createPasswordQueue(4);
  for (let i = 0; i < 6; i++) await inTurn(() => delay(5), inVain);
  const first = inTurn(() => delay(5), noRest);
  await assert.rejects(
    inTurn(() => Promise.resolve(), noRest),
    (error) => error instanceof ApiError && error.code === 'TOO_MANY_REQUESTS',
  );
  await inTurn(() => Promise.resolve(), noRest, { isKnown: true });
  await first;
});
