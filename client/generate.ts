import openapiTS, { astToString } from 'openapi-typescript';

const preamble = `// Made from the API's own description by \`npm run docs\`: change the routes, not this file.\n\n`;

/** The types of an API, as TypeScript, from its description by OpenAPI. */
export async function generateTypes(description: object): Promise<string> {
  return preamble + astToString(await openapiTS(JSON.stringify(description)));
}
