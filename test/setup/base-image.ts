import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run, type RunOptions } from '../../local/process.ts';
import { distributionSource } from './apt.ts';
import { writeOciLayout } from './oci-layout.ts';
import { baseImagePath, toolPath } from './tools.ts';

// Another number makes every machine make the image anew.
const recipe = '1';
const recipeAnnotation = 'jobrunner.recipe';
// Old enough to have known vulnerabilities, small, and without dependencies.
const oldPackages = ['lodash@4.17.15', 'minimist@1.2.0'];
const timeoutMs = 15 * 60_000;

/** Whether this recipe's image is in the cache. */
export function hasBaseImage(): boolean {
  try {
    const index = JSON.parse(readFileSync(join(baseImagePath(), 'index.json'), 'utf8')) as {
      annotations?: Record<string, string>;
    };
    return index.annotations?.[recipeAnnotation] === recipe;
  } catch {
    return false;
  }
}

/**
 * Makes a real image without a hub: a Debian of this machine's own archive, old npm packages above it, and a program
 * and a deletion above those.
 *
 * @throws Error saying why that cannot be
 */
export async function makeBaseImage(): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('debootstrap needs root');
  const path = baseImagePath();
  await mkdir(dirname(path), { recursive: true });
  const work = await mkdtemp(join(tmpdir(), 'jobrunner-base-image-'));
  const unfinished = await mkdtemp(`${path}.new-`);
  try {
    const system = join(work, 'system');
    const packages = join(work, 'packages');
    const program = join(work, 'program');
    await makeSystem(system);
    await makePackages(packages);
    await makeProgram(program);
    await writeOciLayout({
      folder: unfinished,
      layers: [
        // Device nodes are for the engine to make; the rest is of this one machine and this one day.
        {
          folder: system,
          createdBy: 'debootstrap --variant=minbase',
          exclude: ['./dev/*', './proc/*', './sys/*', './var/log/*', './var/cache/*', './var/lib/apt/lists/*'],
        },
        { folder: packages, createdBy: `npm install ${oldPackages.join(' ')}` },
        { folder: program, createdBy: 'COPY hello /usr/local/bin/hello; RUN rm /etc/issue.net' },
      ],
      config: { Cmd: ['/usr/local/bin/hello'], Env: ['PATH=/usr/local/bin:/usr/bin:/bin'], WorkingDir: '/opt/app' },
      annotations: { [recipeAnnotation]: recipe },
    });
    await rm(path, { recursive: true, force: true });
    await rename(unfinished, path);
  } finally {
    await rm(work, { recursive: true, force: true });
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function makeSystem(folder: string): Promise<void> {
  const { uri, codename } = await distributionSource();
  await mustRun(toolPath('debootstrap'), ['--variant=minbase', codename, folder, uri]);
  for (const name of ['etc/hostname', 'etc/resolv.conf', 'etc/machine-id', 'etc/apt/sources.list']) {
    await rm(join(folder, name), { force: true });
  }
}

async function makePackages(folder: string): Promise<void> {
  const app = join(folder, 'opt', 'app');
  await mkdir(app, { recursive: true });
  await writeFile(join(app, 'package.json'), '{"name":"app","version":"1.0.0","private":true}\n');
  await mustRun('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...oldPackages], { cwd: app });
}

async function makeProgram(folder: string): Promise<void> {
  await mkdir(join(folder, 'usr', 'local', 'bin'), { recursive: true });
  await mkdir(join(folder, 'etc'));
  await writeFile(join(folder, 'usr', 'local', 'bin', 'hello'), '#!/bin/sh\necho hello\n', { mode: 0o755 });
  await writeFile(join(folder, 'etc', '.wh.issue.net'), '');
}

async function mustRun(command: string, args: readonly string[], options: RunOptions = {}): Promise<void> {
  const { code, stdout, stderr } = await run(command, args, { timeoutMs, ...options });
  if (code === 0) return;
  const line = `${stdout}\n${stderr}`.trim().split('\n').at(-1) ?? '';
  throw new Error(`${command} ${code === null ? 'was ended' : `failed with exit code ${code}`}: ${line}`);
}
