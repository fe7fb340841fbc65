import { absentActions } from '../jobs/actions/absent-actions.ts';
import type { Action } from '../jobs/actions/action.ts';
import { isRequired } from '../jobs/actions/parameter.ts';
import { statusWords } from '../jobs/records/status.ts';
import { markdownTable } from './markdown-table.ts';

const startedByTexts = {
  api: 'the API',
  schedule: 'a cron',
  event: 'an event of the registry',
} as const;

const intro = `# Job actions

Look up what each action does, which parameters it takes, and whether it is safe to stop. \`GET /api/v0/actions\` returns the
same as JSON. This page is made from \`jobs/actions/\` by \`npm run docs\`.

- To start a job, send \`POST /api/v0/jobs {"action", "parameters"}\`. The values of parameters are strings.
- To change the defaults of parameters in this installation, send \`POST /api/v0/action_configs {"action", "parameters"}\`.
- How jobs are steered and scheduled is in [Jobs](jobs.md).`;

const statusesIntro = `## Statuses of jobs

Responses use the words of MSR's documentation. The DTR 2.7 API has other words for two of them ([sources](msr-api.md)).
Filters (\`status=\`) accept both words, and clients should know both.`;

const absentIntro = `## Actions of MSR that are not here

Filters accept these names and find no jobs. These actions cannot be started.`;

/** The page docs/actions.md: what each action does and takes, in Markdown. */
export function actionsPage(actions: readonly Action[]): string {
  const parts = [intro, overview(actions), ...actions.map(section), statuses(), absent()];
  return `${parts.join('\n\n')}\n`;
}

function overview(actions: readonly Action[]): string {
  const rows = actions.map(({ name, description }) => [`[${name}](#${name})`, description]);
  return markdownTable([['action', 'what it does'], ...rows]);
}

function statuses(): string {
  const rows = statusWords.map(({ name, aliases }) => [codes([name]), codes(aliases)]);
  return [statusesIntro, markdownTable([['status', 'in the DTR 2.7 API'], ...rows])].join('\n\n');
}

function absent(): string {
  const rows = absentActions.map(({ name, instead }) => [codes([name]), instead]);
  return [absentIntro, markdownTable([['action', 'instead'], ...rows])].join('\n\n');
}

function section(action: Action): string {
  const facts = [
    ...(action.aliases.length > 0 ? [`Also called: ${codes(action.aliases)}`] : []),
    `Started by: ${action.startedBy.map((trigger) => startedByTexts[trigger]).join(', ')}`,
    ...(action.defaultCron === undefined ? [] : [`Cron of a new installation: ${codes([action.defaultCron])}`]),
    ...(action.startedBy.includes('schedule')
      ? [`If the previous run of its cron still runs: ${overlap(action)}`]
      : []),
    `Priority: ${action.priority} (1 is first, 5 is last)`,
    ...Object.entries(action.capacityMap).map(([key, amount]) => `Capacity: ${amount} of ${codes([key])}`),
    ...(action.deadline === '' ? [] : [`Deadline: ${action.deadline}`]),
    ...(action.stopTimeout === '' ? [] : [`Stop timeout: ${action.stopTimeout}`]),
    `Can be paused: ${action.isPausable ? 'yes' : 'no'}`,
    `Stopping it: ${action.stopAdvice}`,
  ];
  return [`## ${action.name}`, action.description, list(facts), parametersOf(action)].join('\n\n');
}

function overlap({ overlap: policy }: Action): string {
  return policy === 'skip' ? 'the next run is skipped' : 'the next run starts as well';
}

function parametersOf({ parameters }: Action): string {
  const rows = Object.entries(parameters).map(([name, parameter]) => {
    const optional = 'default' in parameter ? codes([String(parameter.default)]) : 'none';
    const use = isRequired(parameter) ? 'required' : optional;
    return [codes([name]), use, parameter.description, parameter.allowed];
  });
  return rows.length === 0
    ? 'It takes no parameters.'
    : markdownTable([['parameter', 'default', 'meaning', 'allowed'], ...rows]);
}

function codes(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}
