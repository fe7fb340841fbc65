import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { CleanUp } from '../test/support/clean-up.ts';

/** A load on a server from a process of its own, whose work delays nobody who is measured in this one. */
export interface LoadProcess {
  /** Ends it. Gives what was answered, and how often. */
  stop(): Promise<Readonly<Record<string, number>>>;
}

/**
 * Starts a program that loads a server until its input ends, and then prints a JSON object of what was answered, and how
 * often.
 *
 * @param isLowest whether it gets only what processor time nobody else wants, as if it were another machine
 */
export function startLoadProcess(
  cleanUp: CleanUp,
  program: URL,
  args: readonly string[],
  { isLowest }: { readonly isLowest: boolean },
): LoadProcess {
  const child = spawn(process.execPath, [fileURLToPath(program), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // A session of its own has a share of the processors of its own, which can be made small.
    detached: true,
  });
  cleanUp.after(() => child.kill('SIGKILL'));
  if (isLowest && child.pid !== undefined) setLowestPriority(child.pid);
  const output = text(child.stdout);
  return {
    stop: async () => {
      child.stdin.end();
      return JSON.parse(await output) as Record<string, number>;
    },
  };
}

/**
 * Sets the niceness of a process that has just been started, before it has threads that would keep theirs, and that of its
 * session: where Linux shares processors out by session, the former counts among the processes of one session alone
 * (sched(7), "The autogroup feature").
 */
function setLowestPriority(pid: number): void {
  setPriority(pid, constants.priority.PRIORITY_LOW);
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(constants.priority.PRIORITY_LOW));
  } catch (error) {
    // A system without that feature.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
