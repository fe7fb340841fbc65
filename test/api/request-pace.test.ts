import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { DomainError } from '../../errors/domain-error.ts';
import {
  createRequestPace,
  defaultRequestPace,
  type Place,
  type RequestPaceLimits,
} from '../../api/http/request-pace.ts';

/** A pace that is asked in short. */
function startPace(limits: Partial<RequestPaceLimits> = {}) {
  const pace = createRequestPace({ ...defaultRequestPace, ...limits });
  const begun: string[] = [];
  return {
    begun,
    enter: async (caller: string, name = caller, isChange = false, gone = new AbortController().signal) => {
      const place = await pace.enter({ caller, isChange, gone });
      begun.push(name);
      return place;
    },
  };
}

const isRefused = (error: unknown) =>
  error instanceof DomainError && error.code === 'TOO_MANY_REQUESTS' && error.retryAfterSeconds === 10;

test('of one caller so many are under way, the rest in order; nobody waits for another one', async () => {
  const { begun, enter } = startPace({ maxUnderWay: 2 });
  const names = Array.from({ length: 6 }, (_, index) => `a${index}`);
  const entering = names.map((name) => enter('a', name));
  const first = await Promise.all(entering.slice(0, 2));
  const other = await enter('b');
  assert.deepEqual(begun, ['a0', 'a1', 'b']);
  assert.deepEqual(
    [...first, other].map(({ hasWaited }) => hasWaited),
    [false, false, false],
  );
  first[0]?.leave();
  first[0]?.leave();
  await delay(20);
  assert.deepEqual(begun, ['a0', 'a1', 'b', 'a2'], 'who leaves twice makes one place');
  first[1]?.leave();
  for (const waiting of entering.slice(2)) {
    const place = await waiting;
    assert.ok(place.hasWaited);
    place.leave();
  }
  assert.deepEqual(begun, ['a0', 'a1', 'b', ...names.slice(2)]);
});

test('changes go as fast as they like for a while, then at a pace, none refused; what only reads goes past them', async () => {
  const { begun, enter } = startPace({ changeBurst: 10, changesPerSecond: 50 });
  const startedMs = performance.now();
  const timesMs: number[] = [];
  const change = async (index: number) => {
    (await enter('a', `change ${index}`, true)).leave();
    timesMs.push(performance.now() - startedMs);
  };
  const changes = Promise.all(Array.from({ length: 30 }, (_, index) => change(index)));
  (await enter('a', 'read')).leave();
  assert.equal(begun.indexOf('read'), 10);
  assert.ok((timesMs[9] ?? Infinity) < 100, `the first ten were done after ${timesMs[9]} ms`);
  await changes;
  assert.deepEqual(
    begun.filter((name) => name !== 'read'),
    Array.from({ length: 30 }, (_, index) => `change ${index}`),
  );
  // Twenty more at fifty a second, but for what a timer may be early.
  assert.ok((timesMs[29] ?? 0) > 380, `all thirty were done after ${timesMs[29]} ms`);
});

test('a program that waits for its answers gets them all, however many things it makes', async () => {
  const { enter } = startPace({ maxWaiting: 10, changeBurst: 20, changesPerSecond: 1_000 });
  let made = 0;
  const makeInARow = async () => {
    for (; made < 2_000; made++) (await enter('terraform', 'x', true)).leave();
  };
  await Promise.all(Array.from({ length: 10 }, makeInARow));
  assert.ok(made >= 2_000);
});

test('refused is who has too many waiting, or waits for too long; nobody else is', async () => {
  const { enter } = startPace({ maxUnderWay: 1, maxWaiting: 3, maxWaitMs: 50 });
  const first = await enter('a');
  const waiting = [1, 2, 3].map(() => enter('a'));
  const outcomes = Promise.allSettled(waiting);
  await assert.rejects(enter('a'), isRefused);
  (await enter('b')).leave();
  for (const outcome of await outcomes) {
    assert.equal(outcome.status, 'rejected');
    assert.ok(isRefused(outcome.reason), String(outcome.reason));
  }
  first.leave();
  const next = await enter('a');
  assert.equal(next.hasWaited, false);
  next.leave();
});

test('whoever goes away takes no place, and no change', async () => {
  const { begun, enter } = startPace({ maxUnderWay: 1, changeBurst: 2, changesPerSecond: 0.1 });
  const first = await enter('a', 'first', true);
  const gone = new AbortController();
  const left = Array.from({ length: 50 }, () => enter('a', 'gone', true, gone.signal));
  const second = enter('a', 'second', true);
  gone.abort();
  for (const outcome of await Promise.allSettled([...left, enter('a', 'gone', true, gone.signal)])) {
    assert.equal(outcome.status, 'rejected');
    assert.equal((outcome.reason as DomainError).code, 'CLIENT_CLOSED_REQUEST');
  }
  first.leave();
  const place: Place = await second;
  place.leave();
  assert.deepEqual(begun, ['first', 'second']);
});
