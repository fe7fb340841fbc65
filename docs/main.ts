// Writes the pages of this folder that are made from the program: `npm run docs`. A test fails on one that is not current.
import { writeFile } from 'node:fs/promises';
import { actionsPage } from './actions-page.ts';
import { actions } from '../jobs/actions/catalogue.ts';
import { limits } from '../settings/limits.ts';
import { limitsPage } from './limits-page.ts';

await writeFile(new URL('./actions.md', import.meta.url), actionsPage(actions));
await writeFile(new URL('./limits.md', import.meta.url), limitsPage(limits));
