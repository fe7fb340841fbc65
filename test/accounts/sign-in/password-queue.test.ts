import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createPasswordQueue } from '../../../accounts/sign-in/password-queue.ts';
import { networksOf } from '../../../accounts/sign-in/networks.ts';
import { type CountedAttempt, createSignInThrottle } from '../../../accounts/sign-in/sign-in-throttle.ts';
import { eventually } from '../../e2e/eventually.ts';
import { DomainError } from '../../../errors/domain-error.ts';

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
    (error) => error instanceof DomainError && error.code === 'TOO_MANY_REQUESTS' && error.retryAfterSeconds === 10,
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
  const suspect = { failures: 3, sinceMs: 0 };
  const restsMs: number[] = [];
  for (let round = 0; round < 6; round++) {
    const { noted, work } = timedWork(40);
    const before = await inTurn(work, inVain, suspect).then(() => performance.now());
    const { noted: next, work: nextWork } = timedWork(0);
    // It counts as in vain itself.
    await inTurn(nextWork, inVain, suspect);
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
  await inTurn(note('known'), noRest, 'known');
  assert.deepEqual(order, ['known']);
  await stranger;
  assert.deepEqual(order, ['known', 'stranger']);
});

test('while much is in vain fewer may wait, but those who are known still may', async () => {
  const { inTurn } = createPasswordQueue(4);
  for (let i = 0; i < 6; i++) await inTurn(() => delay(5), inVain);
  const suspect = { failures: 3, sinceMs: 0 };
  const first = inTurn(() => delay(5), noRest, suspect);
  await assert.rejects(
    inTurn(() => Promise.resolve(), noRest, suspect),
    (error) => error instanceof DomainError && error.code === 'TOO_MANY_REQUESTS',
  );
  await inTurn(() => Promise.resolve(), noRest, 'known');
  await first;
});

test('strangers who were wrong least often go first, and take the places of others', async () => {
  const { inTurn } = createPasswordQueue(4);
  const order: string[] = [];
  const add = (name: string, failures: number) =>
    inTurn(async () => void order.push(name), noRest, { failures, sinceMs: 0 }).catch(
      () => void order.push(`${name} is refused`),
    );
  const atWork = inTurn(() => delay(20), noRest);
  const all = [add('9 times', 9), add('5 times', 5), add('7 times', 7)];
  // There is no more room: somebody has to go.
  all.push(add('once', 1), add('8 times', 8), add('6 times', 6), add('never', 0));
  await Promise.all([atWork, ...all]);
  assert.deepEqual(order, [
    '9 times is refused',
    '8 times is refused',
    'never',
    'once',
    '5 times',
    '6 times',
    '7 times',
  ]);
});

test('newcomers rest for no more than three turns, however much was in vain', async () => {
  const { inTurn } = createPasswordQueue(50);
  for (let i = 0; i < 8; i++) await inTurn(() => delay(1), inVain, 'known');
  // A rest of fifteen turns.
  await inTurn(() => delay(100), inVain, 'known');
  const startedMs = performance.now();
  const beganAfterMs = () => Promise.resolve(performance.now() - startedMs);
  const [newcomerMs, suspectMs] = await Promise.all([
    inTurn(beganAfterMs, noRest, { failures: 2, sinceMs: 0 }),
    inTurn(beganAfterMs, noRest, { failures: 3, sinceMs: 0 }),
  ]);
  assert.ok(newcomerMs > 200 && newcomerMs < 800, `a newcomer waited for ${newcomerMs} ms`);
  // Success has halved what was in vain.
  assert.ok(suspectMs > newcomerMs, `others waited for ${suspectMs} ms`);
});

test('of strangers who were wrong as often, those who have been asking for longest go first', async () => {
  const { inTurn } = createPasswordQueue(4);
  const order: string[] = [];
  const add = (name: string, sinceMs: number) =>
    inTurn(async () => void order.push(name), noRest, { failures: 0, sinceMs }).catch(
      () => void order.push(`not ${name}`),
    );
  const atWork = inTurn(() => delay(20), noRest);
  await Promise.all([atWork, add('third', 3), add('fourth', 4), add('second', 2), add('first', 1), add('fifth', 5)]);
  assert.deepEqual(order, ['not fourth', 'not fifth', 'first', 'second', 'third']);
});

test(
  'whoever comes first waits at the most for one turn of each address of an attack',
  { timeout: 60_000 },
  async (t) => {
    const throttle = createSignInThrottle();
    const { inTurn } = createPasswordQueue(50);
    const stop = new AbortController();
    const workMs = 2;
    let checked = 0;
    /** Gives whether it got a turn. */
    async function attempt(address: string, name: string): Promise<boolean> {
      let counted: CountedAttempt | undefined;
      try {
        counted = throttle.begin({ name, from: networksOf(address), isKnown: false });
        await inTurn(() => delay(workMs), inVain, counted);
      } catch (error) {
        assert.ok(error instanceof DomainError && error.code === 'TOO_MANY_REQUESTS');
        counted?.end('unchecked');
        return false;
      }
      counted.end('wrong');
      checked++;
      return true;
    }
    const attackers = Array.from({ length: 250 }, async (_, index) => {
      for (let round = 0; !stop.signal.aborted; round++) {
        await attempt(`10.0.0.${index}`, `name-${round}-${index}`);
        await delay(5);
      }
    });
    const turnsUntil = async (address: string): Promise<number> => {
      const before = checked;
      while (!(await attempt(address, 'ada'))) await delay(5);
      return checked - before;
    };
    await delay(50);
    const early = await turnsUntil('192.0.2.1');
    // Until each address was wrong once.
    await eventually('each address to be wrong once', () => checked >= 300);
    const late = await turnsUntil('192.0.2.2');
    stop.abort();
    await Promise.all(attackers);
    t.diagnostic(`${early} others went before at the start of the attack, ${late} later`);
    assert.ok(early <= 270, `${early} turns of others at the start`);
    assert.ok(late <= 5, `${late} turns of others later`);
  },
);
