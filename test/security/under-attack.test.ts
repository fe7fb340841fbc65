import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { attackNames } from '../../bench/attacks/attacks.ts';
import { runHonestLoad } from '../../bench/attacks/honest-load.ts';
import { makeUsers } from '../../bench/attacks/honest-user.ts';
import { startAttack } from '../../bench/attacks/start-attack.ts';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { startJobrunner } from '../e2e/jobrunner-process.ts';

const loadMs = 5_000;
const settleMs = 2_000;

// How long things take under an attack is what `npm run bench:attacks` shows.
test(
  'pushes, pulls, sign-ins and webhooks of others succeed under every attack',
  { skip: missing('temporal') },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const jobrunner = await startJobrunner(cleanUp);
    const { user, target } = await makeUsers(cleanUp, jobrunner);
    assert.deepEqual((await runHonestLoad(user, loadMs)).failures, [], 'without an attack');
    for (const name of attackNames) {
      await t.test(name, async () => {
        const attack = startAttack(cleanUp, target, [name], { isLowest: false });
        await delay(settleMs);
        const { failures } = await runHonestLoad(user, loadMs);
        const answers = await attack.stop();
        assert.deepEqual(failures, []);
        assert.ok(
          Object.keys(answers).some((answer) => answer.startsWith(`${name} `)),
          'it has attacked',
        );
        const serverErrors = Object.keys(answers).filter((answer) => / 5\d\d$/.test(answer));
        assert.deepEqual(serverErrors, [], JSON.stringify(answers));
      });
    }
  },
);
