import type { ActionNames } from './templates.ts';

/** A line that goes into a file that is there already. */
export interface Entry {
  readonly path: string;
  readonly line: string;
  /** The text before which it goes; it is in the file once. */
  readonly before: string;
}

/** Where an action is entered. What of it is left out, the compiler or a test names. */
export function entries({ action, file, camel, pascal }: ActionNames): readonly Entry[] {
  return [
    {
      path: 'jobs/actions/catalogue.ts',
      line: `import { ${camel}Action } from './${file}.ts';`,
      before: '\nconst catalogue = [',
    },
    { path: 'jobs/actions/catalogue.ts', line: `  ${camel}Action,`, before: '] as const;' },
    {
      path: 'workflows/index.ts',
      line:
        camel === action
          ? `export { ${camel} } from './${file}.ts';`
          : `export { ${camel} as ${action} } from './${file}.ts';`,
      before: `export { webhook } from './webhook.ts';`,
    },
    {
      path: 'workers/activities.ts',
      line: `import { create${pascal}Activities } from '../activities/${file}.ts';`,
      before: `import { createWebhookActivities } from '../activities/webhook.ts';`,
    },
    {
      path: 'workers/activities.ts',
      line: `      ...create${pascal}Activities({ pool, jobLog }),`,
      before: '    },\n    [taskQueues.webhook]: {',
    },
    {
      path: 'test/replay/scenarios/index.ts',
      line: `import { ${camel}Scenarios } from './${file}.ts';`,
      before: '\n/** What may become of the jobs of every action. */',
    },
    {
      path: 'test/replay/scenarios/index.ts',
      line: `  ${action}: ${camel}Scenarios,`,
      before: '  false: falseScenarios,',
    },
    {
      path: 'test/e2e/action-table.ts',
      line: `  ${action}: {},`,
      before: `  false: { end: 'error', failure: 'always' },`,
    },
  ];
}
