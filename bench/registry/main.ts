// Registries side by side: `npm run bench:registry -- --help`.
import { writeFile } from 'node:fs/promises';
import { createCleanUp, type CleanUp } from '../../test/support/clean-up.ts';
import { blobWorkloads } from './blob-workloads.ts';
import { type Options, parseCommandLine, usage, UsageError } from './command-line.ts';
import { startDistribution } from './distribution.ts';
import { startJobrunnerTarget } from './jobrunner.ts';
import { measure, type Series } from './measure.ts';
import { measureMemory } from './memory.ts';
import { metadataWorkloads } from './metadata-workloads.ts';
import { describeMachine, printHeading, printWorkload } from './report.ts';
import { fillScale, scaleWorkloads } from './scale.ts';
import { compare, type Ratio, summarize, type Summary } from './summary.ts';
import type { Target } from './target.ts';
import { createUrlTarget } from './url-target.ts';
import type { Workload } from './workload.ts';

interface Results {
  readonly summaries: Summary[];
  readonly ratios: Ratio[];
}

/** Ends with the exit code: 0, 1 where a registry failed, 2 where it was called wrongly. */
async function main(): Promise<number> {
  let options: Options | undefined;
  try {
    options = parseCommandLine(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    return 2;
  }
  if (!options) {
    console.log(usage);
    return 0;
  }
  await using stack = new AsyncDisposableStack();
  const cleanUp = createCleanUp({ after: (close) => stack.defer(() => (close as () => unknown)() as Promise<void>) });
  const results: Results = { summaries: [], ratios: [] };
  console.log(describeMachine());
  if (options.mode === 'scale') await runScale(options, cleanUp, results);
  else await runTargets(options, await startTargets(options, cleanUp), results);
  if (options.jsonPath !== undefined) {
    const text = JSON.stringify({ machine: describeMachine(), options, ...results }, undefined, 2);
    await writeFile(options.jsonPath, `${text}\n`);
  }
  return results.summaries.some(({ errors }) => errors > 0) ? 1 : 0;
}

async function startTargets(options: Options, cleanUp: CleanUp): Promise<Target[]> {
  const targets: Target[] = [];
  if (!options.without.includes('jobrunner')) targets.push(await startJobrunnerTarget(cleanUp, 'jobrunner', options));
  if (!options.without.includes('distribution')) targets.push(await startDistribution(cleanUp));
  for (const { name, url } of options.urls) targets.push(createUrlTarget(name, url));
  return targets;
}

async function runTargets(options: Options, targets: readonly Target[], results: Results): Promise<void> {
  printHeading(new Map(targets.map(({ name, durability }) => [name, durability])));
  if (options.mode === 'compare') {
    await runWorkloads([...blobWorkloads, ...metadataWorkloads], targets, options, results);
    return;
  }
  const series: Series[] = [];
  for (const target of targets) series.push(await measureMemory(target));
  show(series, results);
}

async function runScale(options: Options, cleanUp: CleanUp, results: Results): Promise<void> {
  const counts = new Map<Target, number>();
  for (const count of [options.tags, 1_000]) {
    const target = await startJobrunnerTarget(cleanUp, `${count} tags`);
    await fillScale(target, count);
    counts.set(target, count);
  }
  printHeading(new Map([...counts.keys()].map(({ name, durability }) => [name, durability])));
  await runWorkloads(scaleWorkloads(counts), [...counts.keys()], options, results);
}

async function runWorkloads(
  workloads: readonly Workload[],
  targets: readonly Target[],
  options: Options,
  results: Results,
): Promise<void> {
  const { only } = options;
  const chosen = workloads.filter(({ name }) => only.length === 0 || only.some((part) => name.includes(part)));
  if (chosen.length === 0) {
    throw new Error(`--only fits no workload; there are ${workloads.map(({ name }) => name).join(', ')}`);
  }
  for (const workload of chosen) {
    show(await measure(workload, targets, options), results);
    for (const { freeSpace } of targets) await freeSpace?.();
  }
}

/** Prints what was measured: the first registry is the one that the others are compared with. */
function show(series: readonly Series[], results: Results): void {
  const summaries = series.map(summarize);
  const [first, ...peers] = series.filter(({ rounds }) => rounds.length > 0);
  const ratios = first ? peers.map((peer) => compare(first, peer)) : [];
  printWorkload(summaries, ratios);
  results.summaries.push(...summaries);
  results.ratios.push(...ratios);
}

process.exitCode = await main();
