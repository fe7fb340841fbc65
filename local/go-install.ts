import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openCacheBinFolder } from './cache-folder.ts';
import { installerEnvironment } from '../config/child-environment.ts';
import { parseGoProgram } from './go-module.ts';
import { isOnPath, signal } from './process.ts';

/** Whether this machine has a Go toolchain. */
export function hasGo(): Promise<boolean> {
  return isOnPath('go');
}

export interface GoInstallOptions {
  /** What to install, with its version: `example.com/module/cmd/tool@v1.2.3`. */
  readonly module: string;
  readonly onProgress: (message: string) => void;
  /** Ends the compiler, and leaves nothing behind. */
  readonly signal?: AbortSignal;
}

const progressIntervalMs = 15_000;

/**
 * Compiles a program with the Go toolchain into the cache, where it appears whole or not at all, under its name and
 * version.
 *
 * @returns its path
 * @throws Error with the compiler's last line
 */
export async function goInstall({ module, onProgress, signal: abort }: GoInstallOptions): Promise<string> {
  const folder = await openCacheBinFolder();
  const unfinished = await mkdtemp(join(folder, '.install-'));
  const startedMs = performance.now();
  const timer = setInterval(() => {
    onProgress(`still compiling, ${Math.round((performance.now() - startedMs) / 1000)} s`);
  }, progressIntervalMs);
  try {
    await compile(module, unfinished, abort);
    const [name] = await readdir(unfinished);
    if (name === undefined) throw new Error(`go install ${module} left no program`);
    const path = join(folder, parseGoProgram(module).cachedName);
    await chmod(join(unfinished, name), 0o755);
    await rename(join(unfinished, name), path);
    return path;
  } finally {
    clearInterval(timer);
    await rm(unfinished, { recursive: true, force: true });
  }
}

function compile(module: string, binFolder: string, abort: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = installerEnvironment({ GOBIN: binFolder, GOFLAGS: '' });
    // A process group of its own, for go starts many compilers, and all of them must end with it.
    const child = spawn('go', ['install', module], { env, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    let lastLine = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      lastLine = text.trim().split('\n').at(-1) || lastLine;
    });
    const end = (): void => {
      if (child.pid !== undefined) signal(-child.pid, 'SIGKILL');
    };
    abort?.addEventListener('abort', end);
    child.on('error', reject);
    child.on('close', (code) => {
      abort?.removeEventListener('abort', end);
      if (code === 0) resolve();
      else reject(new Error(abort?.aborted ? 'interrupted' : `go install ${module} failed: ${lastLine}`));
    });
  });
}
