/** The spellings of the name of an action. */
export interface ActionNames {
  /** In the API, such as `tag_prune`. */
  readonly action: string;
  /** Of its files, such as `tag-prune`. */
  readonly file: string;
  /** Of its functions, such as `tagPrune`. */
  readonly camel: string;
  /** Of its types, such as `TagPrune`. */
  readonly pascal: string;
}

/** The files that a new action begins with, by their paths: a job that goes through all accounts, page by page. */
export function newFiles(names: ActionNames): ReadonlyMap<string, string> {
  const { file } = names;
  return new Map([
    [`jobs/actions/${file}.ts`, declaration(names)],
    [`workflows/${file}.ts`, workflow(names)],
    [`activities/${file}.ts`, activities(names)],
    [`test/workflows/${file}.test.ts`, workflowTest(names)],
    [`test/replay/scenarios/${file}.ts`, scenarios(names)],
  ]);
}

const declaration = ({ action, camel }: ActionNames): string => `import { defineAction } from './action.ts';
import { batchSize, maxDuration, maxPerSecond } from './common-parameters.ts';

export const ${camel}Action = defineAction({
  name: '${action}',
  description: 'Looks at every account.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time; the next run begins again.',
  parameters: { batchSize: batchSize('accounts per page'), maxDuration, maxPerSecond },
  priority: 5,
  isPausable: true,
});
`;

const workflow = ({
  action,
  file,
  camel,
  pascal,
}: ActionNames): string => `import { ${camel}Action } from '../jobs/actions/${file}.ts';
import type { JobSpec } from '../jobs/records/job-spec.ts';
import { activities } from './shared/activities.ts';
import { pageOptions } from './shared/options.ts';
import { runPagedJob, type PagedRun } from './shared/paged-job.ts';
import { readParameters } from './shared/parameters.ts';

const { plan${pascal}, do${pascal}Page } = activities(pageOptions);

/** Counts of a whole job, over all of its runs. */
export interface ${pascal}Result {
  readonly accountsSeen: number;
  /** Whether the job ended because its time was over; the next one begins again. */
  readonly isOutOfTime: boolean;
}

interface ${pascal}State {
  readonly accountsSeen: number;
  /** The name with which the next page begins. */
  readonly start: string;
}

/** \`${action}\`: looks at every account. */
export async function ${camel}(
  input: JobSpec,
  resumed?: PagedRun<number, ${pascal}State>,
): Promise<${pascal}Result> {
  const { state, isOutOfTime } = await runPagedJob<number, ${pascal}State>(input, resumed, {
    limits: readParameters(${camel}Action, input),
    planning: { phase: 'planning', note: 'Counts accounts.' },
    plan: () => plan${pascal}.executeWithOptions({ summary: 'count accounts' }, []),
    begin: () => ({ accountsSeen: 0, start: '' }),
    progress: ({ accountsSeen }, accounts) => ({ phase: 'working', itemsDone: accountsSeen, itemsTotal: accounts }),
    next: async ({ accountsSeen, start }, { limit, progress }) => {
      const summary = \`look at accounts after \${accountsSeen}\`;
      const page = await do${pascal}Page.executeWithOptions({ summary }, [{ limit, start, progress }]);
      return {
        state: { accountsSeen: accountsSeen + page.seen, start: page.next ?? start },
        items: page.seen,
        isLast: page.next === undefined,
      };
    },
  });
  return { accountsSeen: state?.accountsSeen ?? 0, isOutOfTime };
}
`;

const activities = ({ action, pascal }: ActionNames): string => `import type pg from 'pg';
import { countAccounts, listAccounts } from '../accounts/account-store.ts';
import type { JobProgress } from '../jobs/records/progress.ts';
import type { JobLog } from './job-log.ts';
import { startPage } from './page-progress.ts';

export interface ${pascal}Deps {
  readonly pool: pg.Pool;
  readonly jobLog: JobLog;
}

export interface ${pascal}PageInput {
  readonly limit: number;
  /** The name with which the page begins. */
  readonly start: string;
  /** How far the job is before the page. */
  readonly progress: JobProgress;
}

export interface ${pascal}PageResult {
  readonly seen: number;
  /** The name with which the next page begins; undefined after the last one. */
  readonly next: string | undefined;
}

export type ${pascal}Activities = ReturnType<typeof create${pascal}Activities>;

/** The activities of \`${action}\`. To do one again does no harm. */
export function create${pascal}Activities({ pool, jobLog }: ${pascal}Deps) {
  return {
    async plan${pascal}(): Promise<number> {
      return (await countAccounts(pool, 'all')).resourceCount;
    },

    async do${pascal}Page({ limit, start, progress }: ${pascal}PageInput): Promise<${pascal}PageResult> {
      using shown = startPage(pool, progress);
      const accounts = await listAccounts(pool, 'all', { start, limit: limit + 1 });
      const seen = Math.min(accounts.length, limit);
      if (seen > 0) await jobLog.write('info', 'looked at accounts', { seen });
      await shown.add(seen);
      return { seen, next: accounts[limit]?.name };
    },
  };
}
`;

const workflowTest = ({ action }: ActionNames): string => `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeAccounts } from './many-accounts.ts';
import { startTestJobrunner } from './test-jobrunner.ts';

test('${action} looks at every account, page by page', async (t) => {
  const jobrunner = await startTestJobrunner(t);
  await makeAccounts(jobrunner, 3);
  const job = await jobrunner.ended(await jobrunner.submit('${action}', { parameters: { batchSize: '2' } }));
  assert.equal(job.status, 'done', job.failure ?? '');
  assert.deepEqual(job.result, { accountsSeen: 3, isOutOfTime: false });
  assert.partialDeepStrictEqual(job.progress, { phase: 'working', done: 3, total: 3 });
});
`;

const scenarios = ({
  action,
  camel,
}: ActionNames): string => `import { makeAccounts } from '../../workflows/many-accounts.ts';
import type { TestJobrunner } from '../../workflows/test-jobrunner.ts';
import { cancelledHalfWay, pausedAndResumed, retried, type Scenarios } from '../scenario.ts';

async function start(
  jobrunner: TestJobrunner,
  accounts: number,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  await makeAccounts(jobrunner, accounts);
  return jobrunner.submit('${action}', { parameters: { batchSize: '1', ...parameters } });
}

export const ${camel}Scenarios: Scenarios = {
  done: ({ jobrunner }) => start(jobrunner, 3, { batchSize: '2' }),
  'continued-as-new': ({ jobrunner }) => start(jobrunner, 20, {}),
  cancelled: async ({ jobrunner }) => cancelledHalfWay(jobrunner, await start(jobrunner, 20, { maxPerSecond: '1' })),
  retried: retried('${action}', 'batchSize'),
  'paused-and-resumed': async ({ jobrunner }) =>
    pausedAndResumed(jobrunner, await start(jobrunner, 5, { maxPerSecond: '2' })),
};
`;
