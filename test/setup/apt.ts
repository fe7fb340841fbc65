import { rm, writeFile } from 'node:fs/promises';
import { isOnPath, run } from '../../local/process.ts';

/** Where a distribution's packages come from, as this machine is configured. */
export interface AptSource {
  readonly uri: string;
  /** Such as `bookworm`. */
  readonly codename: string;
}

const timeoutMs = 15 * 60_000;
const policyPath = '/usr/sbin/policy-rc.d';
let hasUpdated = false;

/**
 * Installs Debian packages.
 *
 * @throws Error saying why that cannot be
 */
export async function aptInstall(packages: readonly string[]): Promise<void> {
  await aptUpdate();
  await aptGet(['install', '--yes', '--no-install-recommends', ...packages]);
}

/**
 * The same for packages that would start a service at once, and take a port with it (Debian Policy 9.3.3.1,
 * `policy-rc.d`). A machine that has a policy of its own keeps it.
 *
 * @throws Error saying why that cannot be
 */
export async function aptInstallStopped(packages: readonly string[]): Promise<void> {
  const isOurs = await writeFile(policyPath, '#!/bin/sh\nexit 101\n', { flag: 'wx', mode: 0o755 }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      // Whoever may not write there may not install either, and is told so below.
      if (error.code === 'EEXIST' || error.code === 'EACCES' || error.code === 'ENOENT') return false;
      throw error;
    },
  );
  try {
    await aptInstall(packages);
  } finally {
    if (isOurs) await rm(policyPath);
  }
}

/**
 * The archive of this machine's own distribution.
 *
 * @throws Error where there is none
 */
export async function distributionSource(): Promise<AptSource> {
  const format = '$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(CODENAME)|$(REPO_URI)';
  const list = (): ReturnType<typeof run> =>
    run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']);
  let { stdout } = await list();
  if (!stdout.includes('|main|')) {
    await aptUpdate();
    ({ stdout } = await list());
  }
  for (const line of stdout.split('\n')) {
    const [origin, label, component, codename, uri] = line.split('|');
    // Updates and backports have names of their own, made of two words.
    const isBase = origin && origin === label && component === 'main' && codename && !codename.includes('-');
    if (isBase && /^(Debian|Ubuntu)$/.test(origin) && uri) return { uri, codename };
  }
  throw new Error('the sources of apt name no archive of the distribution');
}

async function aptUpdate(): Promise<void> {
  if (!(await isOnPath('apt-get'))) throw new Error('this machine has no apt-get');
  if (process.getuid?.() !== 0) throw new Error('apt-get needs root');
  if (hasUpdated) return;
  await aptGet(['update']);
  hasUpdated = true;
}

async function aptGet(args: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { code, stdout, stderr } = await run('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], {
    env,
    timeoutMs,
  });
  if (code === 0) return;
  const line = `${stdout}\n${stderr}`.split('\n').findLast((text) => text.startsWith('E:')) ?? stderr.trim();
  throw new Error(`apt-get ${args[0]} failed: ${line}`);
}
