// Writes the pages of this folder that are made from the program: `npm run docs`. A test fails on one that is not current.
import { writeFile } from 'node:fs/promises';
import { actionsPage } from '../jobs/actions-page.ts';
import { actions } from '../jobs/catalogue.ts';
import { limits } from '../jobs/limits.ts';
import { limitsPage } from '../jobs/limits-page.ts';

await writeFile(new URL('./actions.md', import.meta.url), actionsPage(actions));
await writeFile(new URL('./limits.md', import.meta.url), limitsPage(limits));
