import { spawn } from 'node:child_process';
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
 */
export function startLoadProcess(cleanUp: CleanUp, program: URL, args: readonly string[]): LoadProcess {
  const child = spawn(process.execPath, [fileURLToPath(program), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  cleanUp.after(() => child.kill('SIGKILL'));
  const output = text(child.stdout);
  return {
    stop: async () => {
      child.stdin.end();
      return JSON.parse(await output) as Record<string, number>;
    },
  };
}
