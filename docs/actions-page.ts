import { absentActions } from '../jobs/actions/absent-actions.ts';
import type { Action } from '../jobs/actions/action.ts';
import { isRequired } from '../jobs/actions/parameter.ts';
import { statusWords } from '../jobs/records/status.ts';

const startedByTexts = {
  api: 'API',
  schedule: 'cron',
  event: 'event of the registry',
} as const;

/** The page docs/actions.md: what each action does and takes, in Markdown. */
export function actionsPage(actions: readonly Action[]): string {
  const intro = [
    '# Job actions',
    'Made from `jobs/actions/` by `npm run docs`. `GET /api/v0/actions` answers the same as JSON.',
    'A job is started by `POST /api/v0/jobs {"action", "parameters"}`; values of parameters are strings. Defaults that a\nregistry wants for its own are set by `POST /api/v0/action_configs`.',
  ];
  return `${[...intro, ...actions.map(section), statuses(), absent()].join('\n\n')}\n`;
}

function statuses(): string {
  return [
    '## Statuses of jobs',
    "Answers use the words of MSR's documentation. The DTR 2.7 API has other words for two of them ([sources](msr-api.md)):\nfilters (`status=`) take these too, and clients should know both.",
    list(
      statusWords.map(({ name, aliases }) =>
        aliases.length === 0 ? codes([name]) : `${codes([name])}; in the DTR 2.7 API ${codes(aliases)}`,
      ),
    ),
  ].join('\n\n');
}

function absent(): string {
  return [
    '## Actions of MSR that are not here',
    'A filter takes them, and finds no job. They cannot be started.',
    list(absentActions.map(({ name, instead }) => `${codes([name])}: ${instead}`)),
  ].join('\n\n');
}

function section(action: Action): string {
  const facts = [
    ...(action.aliases.length > 0 ? [`Also called: ${codes(action.aliases)}`] : []),
    `Started by: ${action.startedBy.map((trigger) => startedByTexts[trigger]).join(', ')}`,
    ...(action.defaultCron === undefined ? [] : [`Cron of a new installation: ${codes([action.defaultCron])}`]),
    ...(action.startedBy.includes('schedule')
      ? [`While its cron's last job runs: ${action.overlap === 'skip' ? 'the next is skipped' : 'the next starts'}`]
      : []),
    `Priority: ${action.priority} of 1 (first) to 5 (last)`,
    ...Object.entries(action.capacityMap).map(([key, amount]) => `Capacity: ${amount} of ${codes([key])}`),
    ...(action.deadline === '' ? [] : [`Deadline: ${action.deadline}`]),
    ...(action.stopTimeout === '' ? [] : [`Stop timeout: ${action.stopTimeout}`]),
    `Can be paused: ${action.isPausable ? 'yes' : 'no'}`,
    `Stopping it: ${action.stopAdvice}`,
  ];
  const parameters = Object.entries(action.parameters).map(([name, parameter]) => {
    const optional = 'default' in parameter ? `default \`${parameter.default}\`` : 'optional';
    const use = isRequired(parameter) ? 'required' : optional;
    return `${codes([name])} (${use}): ${parameter.description}; ${parameter.allowed}`;
  });
  return [
    `## ${action.name}`,
    action.description,
    list(facts),
    parameters.length > 0 ? `Parameters:\n\n${list(parameters)}` : 'It takes no parameters.',
  ].join('\n\n');
}

function codes(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}
