import { chmod, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheBinFolder, cacheBinFolders, openCacheBinFolder } from './cache-folder.ts';
import { installerEnvironment } from '../config/child-environment.ts';
import { goInstall, hasGo } from './go-install.ts';
import { run } from './process.ts';
import { StartError } from './start-error.ts';

const goModule = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';
const downloadTimeoutMs = 60_000;

export interface TemporalBinaryOptions {
  readonly onProgress: (message: string) => void;
  /** Ends an installation that is under way. */
  readonly signal?: AbortSignal;
}

/**
 * Finds the Temporal server, and installs it into the cache where there is none: on the path, in the cache, by the
 * SDK's download, by the Go toolchain.
 *
 * @returns the path of a `temporal` that has `server start-dev`
 * @throws StartError saying what to install
 */
export async function temporalBinary(options: TemporalBinaryOptions): Promise<string> {
  const found = await findTemporalBinary();
  if (found !== undefined) return found;

  const { onProgress } = options;
  onProgress('downloading the Temporal server');
  const downloadProblem = await download(cachedPath(), options.signal);
  if (downloadProblem === undefined) return cachedPath();
  options.signal?.throwIfAborted();
  onProgress(`the Temporal server cannot be downloaded (${downloadProblem})`);

  const advice =
    'install the Temporal CLI, 1.4 or newer, so that "temporal" is on the path, or set TEMPORAL_ADDRESS to a server that runs';
  if (!(await hasGo())) throw new StartError(`there is no Temporal server on this machine: ${advice}`);
  onProgress('compiling the Temporal server, which takes some minutes, once');
  try {
    return await goInstall({ ...options, module: goModule });
  } catch (error) {
    throw new StartError(`the Temporal server cannot be compiled (${(error as Error).message}): ${advice}`);
  }
}

/** The path of a Temporal server that is here already: the one on the path, or else the one in the cache. */
export async function findTemporalBinary(): Promise<string | undefined> {
  const cached = cacheBinFolders().map((folder) => join(folder, 'temporal'));
  for (const candidate of ['temporal', ...cached]) if (await isUsable(candidate)) return candidate;
  return undefined;
}

function cachedPath(): string {
  return join(cacheBinFolder(), 'temporal');
}

async function isUsable(command: string): Promise<boolean> {
  const { code, stdout } = await run(command, ['--version'], { timeoutMs: 10_000 });
  return code === 0 && isKnownVersion(stdout);
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

async function download(target: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  const unfinished = await mkdtemp(join(await openCacheBinFolder(), '.download-'));
  try {
    const script = fileURLToPath(new URL('./temporal-download.ts', import.meta.url));
    const { code, stderr } = await run(process.execPath, [script, unfinished], {
      timeoutMs: downloadTimeoutMs,
      env: installerEnvironment(),
      ...(signal && { signal }),
    });
    if (code === null) return `no answer within ${downloadTimeoutMs / 1000} s`;
    const [name] = await readdir(unfinished);
    if (code !== 0 || name === undefined) {
      // The SDK's error is a chain of causes in one line; the last one says the most.
      return /Error: (.*?)\]?$/m.exec(stderr)?.[1]?.split(': ').at(-1) ?? 'it brought nothing';
    }
    await chmod(join(unfinished, name), 0o755);
    if (!(await isUsable(join(unfinished, name)))) return 'what it brought does not run';
    await rename(join(unfinished, name), target);
    return undefined;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
