import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAdmissionPlan, type AdmissionState, type Lane } from '../../../jobs/queue/admission-plan.ts';

function plan(state: Partial<AdmissionState> = {}) {
  return createAdmissionPlan({ queues: [], inFlight: [], offers: [], ...state });
}

const lane = (fields: Partial<Lane> = {}): Lane => ({ priority: 3, action: 'sleep', capacityMap: {}, ...fields });
const queue = (fields: object = {}) => ({
  action: 'sleep',
  paused: false,
  maxRunning: null,
  ratePerMinute: null,
  tokens: 0,
  ...fields,
});
const twoWorkers = [{ capacityMap: { scan: 2 }, count: 2 }];

test('an action that nobody has changed has so many places for each worker, less what runs', () => {
  assert.deepEqual(plan().roomFor(lane()), { limit: 20 }, 'the first worker is on its way');
  assert.deepEqual(plan().roomFor(lane({ action: 'webhook' })), { limit: 50 });
  const inFlight = [
    { action: 'sleep', capacityMap: {}, count: 9 },
    { action: 'sleep', capacityMap: { scan: 1 }, count: 4 },
    { action: 'false', capacityMap: {}, count: 30 },
  ];
  assert.deepEqual(plan({ inFlight, offers: twoWorkers }).roomFor(lane()), { limit: 27 });
});

test('a paused action, a full one, and one that is held to a rate say so', () => {
  const cases = [
    [queue({ paused: true, maxRunning: 5 }), { obstacle: 'the action sleep is paused', by: 'action' }],
    [
      queue({ maxRunning: 2 }),
      { obstacle: '2 jobs of the action sleep run already, which is its limit', by: 'action' },
    ],
    [
      queue({ ratePerMinute: 60, tokens: 0.9 }),
      { obstacle: 'the action sleep is held to 60 starts per minute', by: 'action' },
    ],
    [queue({ ratePerMinute: 60, tokens: 2.5 }), { limit: 2 }],
    [queue({ maxRunning: 3, ratePerMinute: 60, tokens: 2.5 }), { limit: 1 }],
  ] as const;
  const inFlight = [{ action: 'sleep', capacityMap: {}, count: 2 }];
  for (const [settings, room] of cases) {
    assert.deepEqual(plan({ queues: [settings], inFlight }).roomFor(lane()), room);
    assert.deepEqual(plan({ queues: [settings], inFlight }).roomFor(lane({ action: 'false' })), { limit: 20 });
  }
});

test('what is taken is gone, of places, of the rate, and of the capacity', () => {
  const rated = plan({ queues: [queue({ maxRunning: 5, ratePerMinute: 6_000, tokens: 4 })] });
  rated.take(lane(), 3);
  assert.deepEqual(rated.roomFor(lane()), { limit: 1 });
  rated.take(lane(), 1);
  assert.ok('obstacle' in rated.roomFor(lane()));

  const scan = lane({ capacityMap: { scan: 1 } });
  const capacity = plan({ offers: twoWorkers });
  assert.deepEqual(capacity.roomFor(scan), { limit: 4 });
  capacity.take(scan, 3);
  assert.deepEqual(capacity.roomFor(scan), { limit: 1 });
  assert.deepEqual(capacity.roomFor(lane({ capacityMap: { scan: 2 } })), {
    obstacle: 'it needs 2 of the capacity "scan", of which 1 of 4 are free',
    by: 'capacity',
  });
  assert.deepEqual(capacity.roomFor(lane()), { limit: 37 }, 'who needs none passes');
  assert.deepEqual(capacity.roomFor(lane({ action: 'false', capacityMap: { scan: 0 } })), { limit: 40 });
});

test('a capacity that nobody offers is named, also where too much is taken of it', () => {
  const none = plan().roomFor(lane({ capacityMap: { gpu: 1 } }));
  assert.deepEqual(none, {
    obstacle: 'it needs 1 of the capacity "gpu", of which all workers together offer 0',
    by: 'capacity',
  });
  // A worker has died under its jobs.
  const inFlight = [{ action: 'false', capacityMap: { scan: 6 }, count: 1 }];
  const room = plan({ offers: twoWorkers, inFlight }).roomFor(lane({ capacityMap: { scan: 1 } }));
  assert.deepEqual(room, { obstacle: 'it needs 1 of the capacity "scan", of which 0 of 4 are free', by: 'capacity' });
});

test('capacity that is kept for a larger job is refused to others, unless that one can never fit', () => {
  const inFlight = [{ action: 'false', capacityMap: { scan: 1 }, count: 1 }];
  const [small, large] = [lane({ capacityMap: { scan: 1 } }), lane({ capacityMap: { scan: 4 } })];
  const kept = plan({ offers: twoWorkers, inFlight });
  kept.keepFor(large);
  assert.deepEqual(kept.roomFor(small), {
    obstacle: 'it needs 1 of the capacity "scan", which is kept for a larger job that waits longer',
    by: 'capacity',
  });
  assert.deepEqual(kept.roomFor(lane()), { limit: 40 });
  const free = plan({ offers: twoWorkers, inFlight });
  free.keepFor(lane({ capacityMap: { scan: 5 } }));
  assert.deepEqual(free.roomFor(small), { limit: 3 });
});
