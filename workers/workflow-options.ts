import { TypedSearchAttributes, type Priority } from '@temporalio/common';
import type { Action, JobPriority } from '../jobs/actions/action.ts';
import { taskQueues } from '../jobs/task-queues.ts';
import type { JobSpec } from '../jobs/records/job-spec.ts';
import { jobsUrlField, logLink } from '../workflows/shared/details.ts';
import { searchAttributes } from '../workflows/shared/search-attributes.ts';

const maxSummaryBytes = 200;

/** Where people read about a job. */
export interface JobLinks {
  /** How clients reach this server. */
  readonly publicUrl: string;
  /** Undefined where Temporal makes the id: of the runs of a schedule. */
  readonly jobId?: string;
}

/** What every start of a job's workflow has in common, whether the dispatcher starts it or a schedule. */
export function workflowOptions(action: Action, job: JobSpec, { publicUrl, jobId }: JobLinks) {
  const jobsUrl = `${publicUrl}/api/v0/jobs`;
  const isDryRun = job.parameters['dryRun'] === 'true';
  return {
    taskQueue: taskQueues.control,
    staticSummary: summary(job, isDryRun),
    staticDetails: details(action, job, jobId === undefined ? jobsLink(jobsUrl, action) : logLink(jobsUrl, jobId)),
    typedSearchAttributes: new TypedSearchAttributes([
      { key: searchAttributes.jobAction, value: action.name },
      { key: searchAttributes.jobTrigger, value: job.trigger },
      { key: searchAttributes.requestedBy, value: job.requestedBy },
      { key: searchAttributes.dryRun, value: isDryRun },
      ...(job.namespace ? [{ key: searchAttributes.namespace, value: job.namespace }] : []),
      ...(job.repository ? [{ key: searchAttributes.repository, value: job.repository }] : []),
    ]),
    memo: {
      [jobsUrlField]: jobsUrl,
      requestedBy: job.requestedBy,
      parameters: job.parameters,
      ...(job.repository && { repository: job.repository }),
      ...(job.parameters['type'] !== undefined && { event: job.parameters['type'] }),
    },
  };
}

/** Work of one namespace must not hold up that of another, where the server can tell them apart. */
export function workflowPriority(priorityKey: JobPriority, job: JobSpec): Priority {
  return { priorityKey, ...(job.namespace && { fairnessKey: job.namespace.slice(0, 64) }) };
}

function summary(job: JobSpec, isDryRun: boolean): string {
  const words = [
    job.action,
    job.parameters['type'],
    job.repository && `\`${job.repository}\``,
    isDryRun && '(dry run)',
  ];
  return Buffer.from(words.filter(Boolean).join(' ')).subarray(0, maxSummaryBytes).toString('utf8');
}

const reasons = {
  api: 'asked for through the API',
  schedule: 'started by its schedule',
  event: 'caused by an event of the registry',
  retry: 'another try of a job that failed',
} as const;

/** The runs of a schedule have no id yet: each shows its own link. */
function jobsLink(jobsUrl: string, { name }: Action): string {
  const url = `${jobsUrl}?action=${name}`;
  return `**Jobs:** [${url}](${url})`;
}

function details(action: Action, job: JobSpec, link: string): string {
  const parameters = Object.entries(job.parameters).map(([name, value]) => `- \`${name}\`: \`${value}\``);
  return [
    action.description,
    `**Why:** ${reasons[job.trigger]}, by \`${job.requestedBy}\`.`,
    ...(job.cron ? [`**Cron:** \`${job.cron}\``] : []),
    ...(job.repository ? [`**Repository:** \`${job.repository}\``] : []),
    `**Parameters:**${parameters.length > 0 ? `\n\n${parameters.join('\n')}` : ' none'}`,
    `**Stopping it:** ${action.stopAdvice}`,
    link,
  ].join('\n\n');
}
