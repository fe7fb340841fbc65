import type { JobTrigger } from './status.ts';

/**
 * What a job is to do, and on whose account: all that is needed to start it, to show it and to repeat it. It is in the job's
 * row, and the one argument of its workflow.
 */
export interface JobSpec {
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly capacityMap: Readonly<Record<string, number>>;
  readonly retriesLeft: number;
  readonly retriesTotal: number;
  /** Go duration strings, empty for none. */
  readonly deadline: string;
  readonly stopTimeout: string;
  readonly trigger: JobTrigger;
  /** Account name, or what else asked. */
  readonly requestedBy: string;
  readonly namespace: string;
  /** namespace/name, or empty. */
  readonly repository: string;
  /** The name of the cron that the job comes from, or empty. */
  readonly cron: string;
}

/** Where a row of `jobs.jobs` has each field, and of which type it is. */
const columns: Readonly<Record<keyof JobSpec, readonly [column: string, type: string]>> = {
  action: ['action', 'text'],
  parameters: ['parameters', 'jsonb'],
  capacityMap: ['capacity_map', 'jsonb'],
  retriesLeft: ['retries_left', 'integer'],
  retriesTotal: ['retries_total', 'integer'],
  deadline: ['deadline', 'text'],
  stopTimeout: ['stop_timeout', 'text'],
  trigger: ['trigger', 'text'],
  requestedBy: ['requested_by', 'text'],
  namespace: ['namespace', 'text'],
  repository: ['repository', 'text'],
  cron: ['cron', 'text'],
};

const fields = Object.keys(columns) as (keyof JobSpec)[];

/** The spec in a job, without what else there is of it. */
export function specOf(job: JobSpec): JobSpec {
  return Object.fromEntries(fields.map((field) => [field, job[field]])) as unknown as JobSpec;
}

/** SQL: the columns of the spec, for an INSERT. */
export const specColumns = fields.map((field) => columns[field][0]).join(', ');

/** SQL: the select list that reads the spec of a row. */
export const specSelection = fields.map((field) => `${columns[field][0]} AS "${field}"`).join(', ');

/** SQL: the fields of the spec in JSON, for `jsonb_to_record` and `jsonb_to_recordset`. */
export const specRecord = fields.map((field) => `"${field}" ${columns[field][1]}`).join(', ');

/**
 * SQL: the values of the spec in the order of `specColumns`, from such a record.
 *
 * @param others expressions in place of the record's fields
 */
export function specValues(record: string, others: Partial<Record<keyof JobSpec, string>> = {}): string {
  return fields.map((field) => others[field] ?? `${record}."${field}"`).join(', ');
}
