import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));
const interceptorsPath = fileURLToPath(new URL('../workflows/job-interceptor.ts', import.meta.url));

/** Bundles the workflow code for the sandbox that it runs in. Takes some seconds; fails if it imports anything of Node. */
export async function bundleWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules: [interceptorsPath],
    logger: new DefaultLogger('WARN'),
  });
}
