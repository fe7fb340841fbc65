// What ordinary users feel of attacks: `npm run bench:attacks [-- --seconds 20 NAME…]`, all attacks by default, each alone
// and then all at once. An ordinary user pushes, pulls, signs in and gets webhooks at a steady pace, without an attack
// and with one in turns. The attacks come from a process of their own and other addresses of loopback; they share the
// processors of this machine with the server, and so does the user.
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startJobrunner } from '../../test/e2e/jobrunner-process.ts';
import { createCleanUp } from '../../test/support/clean-up.ts';
import { residentTreeBytes, watchProcesses } from '../registry/process-usage.ts';
import { describeMachine } from '../registry/report.ts';
import { median, percentile } from '../registry/statistics.ts';
import { attackNames, type AttackName } from './attacks.ts';
import { activities, runHonestLoad, type Activity, type HonestFigures } from './honest-load.ts';
import { makeUsers } from './honest-user.ts';
import { startAttack } from './start-attack.ts';

const mib = 1024 * 1024;
const settleMs = 3_000;
const calmMs = 20_000;
const limits = { slowdown: 2, memory: 1.2 } as const;

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '20' } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !attackNames.includes(name as AttackName));
if (unknown.length > 0) throw new Error(`no attack ${unknown.join(', ')}: there are ${attackNames.join(', ')}`);
const armMs = Number(values.seconds) * 1_000;
const arms: readonly (readonly AttackName[])[] =
  positionals.length > 0
    ? positionals.map((name) => [name as AttackName])
    : [...attackNames.map((name) => [name]), attackNames];

await using stack = new AsyncDisposableStack();
const cleanUp = createCleanUp({ after: (close) => stack.defer(() => (close as () => unknown)() as Promise<void>) });
console.log(describeMachine());
const jobrunner = await startJobrunner(cleanUp);
const { user, target } = await makeUsers(cleanUp, jobrunner);
// What a program takes for good, once it has been used, is no leak.
await runHonestLoad(user, armMs);

let isWithin = true;
for (const names of arms) {
  await delay(settleMs);
  const memoryBefore = residentTreeBytes([jobrunner.process.pid]);
  const quiet = await runHonestLoad(user, armMs);
  const attack = startAttack(cleanUp, target, names);
  await delay(settleMs);
  const usage = watchProcesses([jobrunner.process.pid]);
  const attacked = await runHonestLoad(user, armMs);
  const peak = usage()?.peakSumBytes ?? Number.NaN;
  const outcomes = await attack.stop();
  await delay(calmMs);
  const memoryAfter = residentTreeBytes([jobrunner.process.pid]);
  report(names, quiet, attacked, outcomes);
  const ratio = memoryAfter / memoryBefore;
  isWithin &&= ratio <= limits.memory;
  const figures = [memoryBefore, peak, memoryAfter].map((bytes) => Math.round(bytes / mib));
  console.log(`  memory ${figures.join(' → ')} MiB, after ÷ before ${ratio.toFixed(2)} (limit: ${limits.memory})`);
}
console.log(isWithin ? '\nwithin all limits' : '\nnot within all limits');

function report(
  names: readonly AttackName[],
  quiet: HonestFigures,
  attacked: HonestFigures,
  outcomes: Readonly<Record<string, number>>,
): void {
  const failures = [...quiet.failures.map((text) => `quiet: ${text}`), ...attacked.failures];
  console.log(
    `\n${names.length === attackNames.length ? 'all at once' : names.join(' ')}: ${failures.length} failures`,
  );
  for (const failure of failures.slice(0, 5)) console.log(`  ${failure}`);
  console.log(`  answers ${JSON.stringify(outcomes)}`);
  for (const activity of activities) console.log(`  ${describe(activity, quiet, attacked)}`);
  isWithin &&= failures.length === 0;
}

function describe(activity: Activity, quiet: HonestFigures, attacked: HonestFigures): string {
  const of = (figures: HonestFigures, share: number): number => percentile(figures.timesMs[activity], share);
  const ratio = of(attacked, 0.99) / of(quiet, 0.99);
  isWithin &&= ratio <= limits.slowdown;
  const figures = [quiet, attacked].map(
    (each) => `p50 ${median(each.timesMs[activity]).toFixed(1)} p99 ${of(each, 0.99).toFixed(1)} ms`,
  );
  return `${activity.padEnd(8)} quiet ${figures[0]}, attacked ${figures[1]}, p99 ratio ${ratio.toFixed(2)} (limit: ${limits.slowdown})`;
}
