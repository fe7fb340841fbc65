import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../local/process.ts';
import { toolPath, type ToolName } from '../setup/tools.ts';
import type { CleanUp } from '../support/clean-up.ts';

/** What a command printed. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** A program of somebody else, as its users call it. */
export interface Tool {
  /** @throws Error with what it printed where it fails */
  (...args: readonly string[]): Promise<Printed>;
  /** @throws Error where it does not fail */
  fails(...args: readonly string[]): Promise<Printed>;
}

const timeoutMs = 5 * 60_000;

/** How a program is called. */
export interface ToolOptions {
  /** The beginning of every command line. */
  readonly before?: readonly string[];
  /** Additions to its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** The folder that it is started in. */
  readonly cwd?: string;
}

/** A program, as it is called every time. */
export function tool(name: ToolName, { before = [], env = {}, cwd }: ToolOptions = {}): Tool {
  const call = async (args: readonly string[]) => {
    const result = await run(toolPath(name), [...before, ...args], {
      env: { ...process.env, ...env },
      timeoutMs,
      ...(cwd !== undefined && { cwd }),
    });
    return { ...result, what: `${name} ${args.join(' ')}: ${result.code}\n${result.stdout}${result.stderr}` };
  };
  return Object.assign(
    async (...args: readonly string[]): Promise<Printed> => {
      const { code, what, ...printed } = await call(args);
      if (code !== 0) throw new Error(what);
      return printed;
    },
    {
      fails: async (...args: readonly string[]): Promise<Printed> => {
        const { code, what, ...printed } = await call(args);
        if (code === 0 || code === null) throw new Error(`it should have failed: ${what}`);
        return printed;
      },
    },
  );
}

/** An empty folder that is gone after the test. */
export async function temporaryFolder(t: CleanUp): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'jobrunner-e2e-'));
  t.after(() => rm(path, { recursive: true, force: true, maxRetries: 5 }));
  return path;
}

/** A tar archive of one file, for an image's layer. */
export async function makeTarball(folder: string, name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, `${name}.tar`);
  await writeFile(join(folder, name), content);
  const { code, stderr } = await run('tar', ['-C', folder, '-cf', path, name]);
  if (code !== 0) throw new Error(`tar: ${stderr}`);
  return path;
}

/** crane as somebody who has logged in to the registry, or as nobody. */
export async function craneFor(
  t: CleanUp,
  login?: { readonly host: string; readonly password: string },
): Promise<Tool> {
  const crane = tool('crane', { env: { DOCKER_CONFIG: await temporaryFolder(t) } });
  if (login) await crane('auth', 'login', login.host, '-u', 'admin', '-p', login.password);
  return crane;
}
