import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';

/** The field of a workflow's memo that says where the API has jobs: an absolute URL, for links. */
export const jobsUrlField = 'jobsUrl';

/**
 * Shows, as the current details of the workflow, how its job stands, and below that the link to the log of the job.
 *
 * @param text Markdown
 */
export function showDetails(text: string): void {
  const { memo, workflowId } = workflowInfo();
  const jobsUrl = memo?.[jobsUrlField];
  // What somebody has started in Temporal by hand knows no address.
  setCurrentDetails(typeof jobsUrl === 'string' ? `${text}\n\n${logLink(jobsUrl, workflowId)}` : text);
}

/** The link to the log of a job, in Markdown. */
export function logLink(jobsUrl: string, jobId: string): string {
  const url = `${jobsUrl}/${encodeURIComponent(jobId)}/logs`;
  return `**Log:** [${url}](${url})`;
}
