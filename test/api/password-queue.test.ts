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

test('what was in vain is answered at once, and the next waits for as long as it took', async () => {
  const { inTurn } = createPasswordQueue(10);
  let beganMs = 0;
  let tookMs = 0;
  const vain = inTurn(
    async () => {
      const startedMs = performance.now();
      await delay(100);
      tookMs = performance.now() - startedMs;
    },
    () => true,
  ).then(() => performance.now());
  await inTurn(async () => {
    beganMs = performance.now();
  }, noRest);
  assert.ok(beganMs - (await vain) >= tookMs - 10, 'a rest');
});
