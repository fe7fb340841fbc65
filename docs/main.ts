// Writes the pages of this folder that are made from the program: `npm run docs`. A test fails on one that is not current.
import { writeFile } from 'node:fs/promises';
import { generatedPages } from './pages.ts';

for (const [name, page] of await generatedPages()) await writeFile(new URL(name, import.meta.url), page);
