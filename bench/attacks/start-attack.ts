import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { CleanUp } from '../../test/support/clean-up.ts';
import type { AttackTarget } from './attack-target.ts';
import type { AttackName } from './attacks.ts';

/** An attack that is under way. */
export interface RunningAttack {
  /** Ends it. Gives what was answered, and how often. */
  stop(): Promise<Readonly<Record<string, number>>>;
}

/** Attacks from a process of its own, so that the work of attacking delays nobody who is measured in this one. */
export function startAttack(cleanUp: CleanUp, target: AttackTarget, names: readonly AttackName[]): RunningAttack {
  const program = fileURLToPath(new URL('attack-process.ts', import.meta.url));
  const child = spawn(process.execPath, [program, JSON.stringify(target), ...names], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  cleanUp.after(() => child.kill('SIGKILL'));
  const output = text(child.stdout);
  return {
    stop: async () => {
      child.stdin.end();
      return JSON.parse(await output) as Record<string, number>;
    },
  };
}
