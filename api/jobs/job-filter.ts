import { Type } from 'typebox';
import { findAbsentAction } from '../../jobs/actions/absent-actions.ts';
import type { JobFilter } from '../../jobs/records/queries.ts';
import { jobStatuses, jobTriggers, statusAliases, type JobStatus } from '../../jobs/records/status.ts';
import { DomainError } from '../../errors/domain-error.ts';
import { requireAction } from './job-fields.ts';
import { nameText } from '../http/names.ts';

const name = Type.Optional(nameText({ minLength: 1, maxLength: 512 }));

/** What jobs are picked by, in a query or a body. `any` stands for all (DTR 2.7 API, GET /jobs). */
export const jobFilterFields = {
  action: Type.String({ maxLength: 100, default: 'any' }),
  worker: Type.String({ maxLength: 255, default: 'any' }),
  status: Type.String({ maxLength: 200, default: 'any' }),
  namespace: name,
  repository: name,
  requestedBy: name,
  trigger: Type.Enum(['any', ...jobTriggers], { default: 'any' }),
};

interface JobFilterForm {
  readonly action: string;
  readonly worker: string;
  readonly status: string;
  readonly namespace?: string;
  readonly repository?: string;
  readonly requestedBy?: string;
  readonly trigger: 'any' | NonNullable<JobFilter['trigger']>;
}

/**
 * The filter that a form means.
 *
 * @throws DomainError NO_SUCH_ACTION, INVALID_PARAMETERS
 */
export function readJobFilter(form: JobFilterForm): JobFilter {
  return {
    action: form.action === 'any' ? undefined : readAction(form.action),
    workerId: form.worker === 'any' ? undefined : form.worker,
    statuses: form.status === 'any' ? undefined : form.status.split(',').map(readStatus),
    namespace: form.namespace,
    repository: form.repository,
    requestedBy: form.requestedBy,
    trigger: form.trigger === 'any' ? undefined : form.trigger,
  };
}

/** An action of MSR that is not here has no jobs: what lists them is no mistake. */
function readAction(name: string): string {
  return findAbsentAction(name)?.name ?? requireAction(name).name;
}

function readStatus(text: string): JobStatus {
  const status = statusAliases.get(text) ?? jobStatuses.find((candidate) => candidate === text);
  if (status) return status;
  throw new DomainError(
    'INVALID_PARAMETERS',
    `status "${text}" is none of ${jobStatuses.join(', ')}, and not errored for error or canceled for cancel`,
  );
}
