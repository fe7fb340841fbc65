import { randomBytes } from 'node:crypto';
import { access, constants, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cacheBinFolder } from '../../local/cache-folder.ts';
import { goInstall } from '../../local/go-install.ts';
import { parseGoProgram } from '../../local/go-module.ts';
import { freePort } from '../../local/ports.ts';
import { startProcess } from '../../test/e2e/jobrunner-process.ts';
import type { CleanUp } from '../../test/support/clean-up.ts';
import { createAuthorizer } from './authorize.ts';
import { type Filler, namespace, numbered, type Target } from './target.ts';

const goModule = 'github.com/distribution/distribution/v3/cmd/registry@v3.1.2';
const startTimeoutMs = 60_000;
const filesAtOnce = 16;
const largeBytes = 500_000;

/**
 * Starts CNCF distribution v3 on the filesystem, without access control and without a log of requests, in a folder that
 * is gone after `cleanUp`. Where the cache does not have it, Go compiles it, once.
 *
 * @throws Error where it can neither be found nor compiled, and where it does not answer
 */
export async function startDistribution(cleanUp: CleanUp): Promise<Target> {
  const program = await findProgram();
  const folder = await mkdtemp(join(tmpdir(), 'jobrunner-bench-distribution-'));
  cleanUp.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const port = await freePort();
  const configPath = join(folder, 'config.json');
  const storagePath = join(folder, 'data');
  // YAML takes JSON.
  const config = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: storagePath, maxthreads: 100 } },
    catalog: { maxentries: 10_000 },
    http: { addr: `127.0.0.1:${port}`, secret: randomBytes(16).toString('hex') },
  };
  await writeFile(configPath, JSON.stringify(config));
  // Without this it sends traces to a collector that nobody runs.
  const env = { ...process.env, OTEL_TRACES_EXPORTER: 'none' };
  const running = startProcess(cleanUp, program, ['serve', configPath], env);
  const baseUrl = `http://127.0.0.1:${port}`;
  const deadlineMs = performance.now() + startTimeoutMs;
  while (!(await answers(baseUrl))) {
    if (performance.now() > deadlineMs) throw new Error(`distribution does not answer: ${running.output.stderr}`);
    await delay(100);
  }
  return {
    name: 'distribution',
    hostname: '127.0.0.1',
    port,
    durability: 'none: no fsync',
    pids: [running.pid],
    authorize: createAuthorizer(baseUrl, undefined),
    freeSpace: () => deleteLargeFiles(join(storagePath, 'docker/registry/v2/blobs')),
    fill: createFiller(join(storagePath, 'docker/registry/v2/repositories', namespace)),
  };
}

// Manifests and configs are small; no workload pulls a layer that an earlier one has pushed.
async function deleteLargeFiles(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if ((await stat(path)).size >= largeBytes) await rm(path);
  }
}

async function findProgram(): Promise<string> {
  const path = join(cacheBinFolder(), parseGoProgram(goModule).cachedName);
  try {
    await access(path, constants.X_OK);
    return path;
  } catch {
    console.log(`compiling ${goModule}: this takes some minutes, once`);
    return goInstall({ module: goModule, onProgress: console.log });
  }
}

async function answers(baseUrl: string): Promise<boolean> {
  try {
    const response = await fetch(`${baseUrl}/v2/`, { signal: AbortSignal.timeout(5_000) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}

// The layout is described in its registry/storage/paths.go: a tag is a file that holds a digest, and a repository is a
// folder that has `_layers` in it.
function createFiller(folder: string): Filler {
  return {
    tags: (repository, digest, count) =>
      forEachNumber(count, async (number) => {
        const tag = join(folder, repository, '_manifests/tags', numbered('tag', number), 'current');
        await mkdir(tag, { recursive: true });
        await writeFile(join(tag, 'link'), digest);
      }),
    repositories: (count) =>
      forEachNumber(count, async (number) => {
        const repository = join(folder, numbered('catalog', number));
        for (const part of ['_layers', '_manifests', '_uploads'])
          await mkdir(join(repository, part), { recursive: true });
      }),
  };
}

async function forEachNumber(count: number, work: (number: number) => Promise<void>): Promise<void> {
  let next = 1;
  async function take(): Promise<void> {
    while (next <= count) await work(next++);
  }
  await Promise.all(Array.from({ length: filesAtOnce }, take));
}
