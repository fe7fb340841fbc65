import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { childEnvironment } from '../config/child-environment.ts';

export interface RunOptions {
  readonly cwd?: string;
  /** Default: `childEnvironment()`. */
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  /** Ended with SIGKILL, its children with it, once this has passed. */
  readonly timeoutMs?: number;
  /** Ends it in the same way. */
  readonly signal?: AbortSignal;
}

/** How a command ended. `code` is null where a signal or the time limit ended it, or it could not be run at all. */
export interface RunResult {
  readonly code: number | null;
  readonly stdout: string;
  /** Where the command could not be run at all: why. */
  readonly stderr: string;
}

/** Runs a command to its end in a process group of its own, without input. Never rejects. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { timeoutMs, signal: abort, env = childEnvironment(), ...spawnOptions } = options;
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...spawnOptions, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const end = (): void => {
      if (child.pid !== undefined) signal(-child.pid, 'SIGKILL');
    };
    const timer = timeoutMs === undefined ? undefined : setTimeout(end, timeoutMs);
    abort?.addEventListener('abort', end);
    const finish = (result: RunResult): void => {
      clearTimeout(timer);
      abort?.removeEventListener('abort', end);
      resolve(result);
    };
    child.on('error', (error) => finish({ code: null, stdout, stderr: error.message }));
    child.on('close', (code) => finish({ code, stdout, stderr }));
  });
}

/** Whether the command can be found on the path of this process. */
export async function isOnPath(command: string): Promise<boolean> {
  return (await run('/bin/sh', ['-c', 'command -v "$1"', 'sh', command])).code === 0;
}

/** Sends a signal to a process, or to a process group where the id is negative; one that is gone is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Whether a process with this id runs. One that has ended and that nobody has waited for does not run. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    // The state follows the name, which is in brackets and may itself hold brackets.
    return !/^\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*(?=\) )/s, ''));
  } catch {
    return true;
  }
}

/** The command line of a running process, its arguments separated by spaces; undefined where there is none. */
export async function commandLine(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return text === '' ? undefined : text.replaceAll('\0', ' ').trim();
  }
  const { code, stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]);
  return code === 0 ? stdout.trim() : undefined;
}

/** Waits until the process has ended. @returns false where it still runs after the time */
export async function waitForExit(pid: number, timeoutMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + timeoutMs;
  while (isRunning(pid)) {
    if (performance.now() > deadlineMs) return false;
    await delay(50);
  }
  return true;
}

/** Ends a process: SIGTERM, and SIGKILL where that has not helped after `graceMs`. Resolves once it has ended. */
export async function endProcess(pid: number, graceMs: number): Promise<void> {
  signal(pid, 'SIGTERM');
  if (await waitForExit(pid, graceMs)) return;
  signal(pid, 'SIGKILL');
  await waitForExit(pid, 5_000);
}
