import type { Client } from '@temporalio/client';

/** What the Temporal UI shows as the current details of a workflow, in Markdown. */
export async function currentDetails(temporal: Client, workflowId: string): Promise<string> {
  const handle = temporal.workflow.getHandle(workflowId);
  const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails ?? '';
}

/** The same without the link to the log of the job, with which all of them end. */
export async function shownState(temporal: Client, workflowId: string): Promise<string> {
  const [state = ''] = (await currentDetails(temporal, workflowId)).split('\n\n**Log:**');
  return state;
}
