// What ordinary users feel of attacks: `npm run bench:attacks [-- --seconds 20 NAME…]`, by default each attack alone and
// then `all` at once. An ordinary user pushes, pulls, signs in and gets webhooks at a steady pace, without an attack
// and with one in turns. The attacks come from other addresses of loopback, and from a process that gets what processor
// time is left over: attackers are other machines, and what is measured is what the server does for them. The user shares
// the processors with the server; how late the user's own process was is printed.
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startJobrunner } from '../../test/e2e/jobrunner-process.ts';
import { createCleanUp } from '../../test/support/clean-up.ts';
import { residentByName, residentTreeBytes, watchProcesses } from '../registry/process-usage.ts';
import { describeMachine } from '../registry/report.ts';
import { median, percentile } from '../registry/statistics.ts';
import { attackNames, type AttackName } from './attacks.ts';
import { activities, runHonestLoad, type Activity, type HonestFigures } from './honest-load.ts';
import { makeUsers } from './honest-user.ts';
import { startAttack } from './start-attack.ts';

const mib = 1024 * 1024;
const settleMs = 3_000;
// What an attack has left to be done, such as deliveries to be tried again, goes on for a while.
const calmMs = { least: 20_000, most: 240_000, look: 5_000 } as const;
const limits = { slowdown: 2, memory: 1.2 } as const;

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '20' } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => name !== 'all' && !attackNames.includes(name as AttackName));
if (unknown.length > 0) throw new Error(`no attack ${unknown.join(', ')}: there are ${attackNames.join(', ')}, all`);
const armMs = Number(values.seconds) * 1_000;
const arms: readonly (readonly AttackName[])[] =
  positionals.length > 0
    ? positionals.map((name) => (name === 'all' ? attackNames : [name as AttackName]))
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
  const namesBefore = residentByName(jobrunner.process.pid);
  const quietUsage = watchProcesses([jobrunner.process.pid]);
  const quietStartedMs = performance.now();
  const quiet = await runHonestLoad(user, armMs);
  const quietShare = shareOf(quietUsage()?.cpuMs, quietStartedMs);
  const attack = startAttack(cleanUp, target, names, { isLowest: true });
  await delay(settleMs);
  const usage = watchProcesses([jobrunner.process.pid]);
  const attackedStartedMs = performance.now();
  const attacked = await runHonestLoad(user, armMs);
  const used = usage();
  const attackedShare = shareOf(used?.cpuMs, attackedStartedMs);
  const peak = used?.peakSumBytes ?? Number.NaN;
  const outcomes = await attack.stop();
  const attackEndedMs = performance.now();
  await delay(calmMs.least);
  const memoryAtFirst = residentTreeBytes([jobrunner.process.pid]);
  let memoryAfter = memoryAtFirst;
  while (memoryAfter / memoryBefore > limits.memory && performance.now() - attackEndedMs < calmMs.most) {
    await delay(calmMs.look);
    memoryAfter = residentTreeBytes([jobrunner.process.pid]);
  }
  const calmSeconds = Math.round((performance.now() - attackEndedMs) / 1_000);
  const namesAfter = residentByName(jobrunner.process.pid);
  report(names, quiet, attacked, outcomes);
  console.log(`  processors of the server: quiet ${quietShare}, attacked ${attackedShare}`);
  const ratio = memoryAfter / memoryBefore;
  isWithin &&= ratio <= limits.memory;
  const figures = [memoryBefore, peak, memoryAtFirst, memoryAfter].map((bytes) => Math.round(bytes / mib));
  console.log(
    `  memory before, at most, ${calmMs.least / 1_000} s and ${calmSeconds} s after: ${figures.join(', ')} MiB; ` +
      `after ÷ before ${(memoryAtFirst / memoryBefore).toFixed(2)} and ${ratio.toFixed(2)} (limit: ${limits.memory})`,
  );
  const ofNames = Object.entries(namesAfter).map(
    ([name, bytes]) => `${name} ${Math.round((namesBefore[name] ?? 0) / mib)} → ${Math.round(bytes / mib)}`,
  );
  console.log(`  by process: ${ofNames.join(', ')}`);
}
console.log(isWithin ? '\nwithin all limits' : '\nnot within all limits');

/** How much of one processor that was since then. */
function shareOf(cpuMs: number | undefined, startedMs: number): string {
  return ((cpuMs ?? Number.NaN) / (performance.now() - startedMs)).toFixed(2);
}

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
  const ownDelays = [quiet, attacked].map(({ ownDelayMs }) => `${ownDelayMs.toFixed(1)} ms`);
  console.log(`  the user's own process was late by, p99: quiet ${ownDelays[0]}, attacked ${ownDelays[1]}`);
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
