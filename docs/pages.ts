import { variables } from '../config/variables.ts';
import { actions } from '../jobs/actions/catalogue.ts';
import { limits } from '../settings/limits.ts';
import { listMetrics } from '../telemetry/metrics-list.ts';
import { actionsPage } from './actions-page.ts';
import { configurationPage } from './configuration-page.ts';
import { limitsPage } from './limits-page.ts';
import { metricsPage } from './metrics-page.ts';

/** The pages of this folder that are made from the program: the text of each by its file name. */
export async function generatedPages(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['actions.md', actionsPage(actions)],
    ['configuration.md', configurationPage(variables)],
    ['limits.md', limitsPage(limits)],
    ['metrics.md', metricsPage(await listMetrics())],
  ]);
}
