// A process that attacks a server until its input ends: `node bench/attacks/attack-process.ts TARGET NAME…`, TARGET being
// JSON. At the end it prints a JSON object of what was answered, and how often.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { AttackTarget } from './attack-target.ts';
import { attacks, type AttackName } from './attacks.ts';

const [target = '', ...names] = process.argv.slice(2);
const parsed = JSON.parse(target) as AttackTarget;
const stop = new AbortController();
const counts: Record<string, number> = {};
// Where it was late, it has attacked less than it was to.
const ownDelay = monitorEventLoopDelay();
ownDelay.enable();
process.stdin.resume().on('end', () => stop.abort());
await Promise.all(
  names.map((name) =>
    attacks[name as AttackName](parsed, stop.signal, (outcome) => {
      const key = `${name} ${outcome}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }),
  ),
);
counts['ms that the attack was late by, p50'] = Math.round(ownDelay.percentile(50) / 1e6);
process.stdout.write(JSON.stringify(counts), () => process.exit(0));
