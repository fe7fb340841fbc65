import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { bundleWorkflows } from '../../workers/bundle.ts';
import { runFolder } from './run-folder.ts';

let bundle: Promise<WorkflowBundleWithSourceMap> | undefined;

/** The workflows as workers run them. Bundling takes seconds, and is done once for a run of tests. */
export function bundledWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  bundle ??= readOrMake();
  return bundle;
}

async function readOrMake(): Promise<WorkflowBundleWithSourceMap> {
  const folder = runFolder();
  if (folder === undefined) return bundleWorkflows();
  const path = join(folder, 'workflows.json');
  const kept = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
  if (kept !== undefined) return JSON.parse(kept) as WorkflowBundleWithSourceMap;
  const made = await bundleWorkflows();
  // Others read while it is written, or write the same.
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, JSON.stringify(made));
  await rename(unfinished, path);
  return made;
}
