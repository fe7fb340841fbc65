// Writes what is made from the program: pages of this folder, and the types of the client: `npm run docs`. A test fails on
// what is not current.
import { writeFile } from 'node:fs/promises';
import { generateTypes } from '../client/generate.ts';
import { openApiDocument } from '../api/description.ts';
import { generatedPages } from './pages.ts';

for (const [name, page] of await generatedPages()) await writeFile(new URL(name, import.meta.url), page);
await writeFile(new URL('../client/schema.ts', import.meta.url), await generateTypes(await openApiDocument()));
