import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createContext, Script } from 'node:vm';
import { compileSchema } from '../../api/http/validation.ts';
import { parametersSchema } from '../../jobs/actions/parameter.ts';
import { actions } from '../../jobs/actions/catalogue.ts';
import { requestParts, type PlacedSchema, type Schema, walkSchema } from './schema-walk.ts';
import { startApi } from './test-api.ts';

// What may be unbounded, each with its reason. Everything else has a bound.
const unboundedOnPurpose: Readonly<Record<string, string>> = {
  'GET /auth/token querystring':
    'clients add parameters of their own (RFC 6749, section 3.2); a URL has 16 KiB at most',
  'POST /auth/token body': 'the same, and the form has 64 KiB at most',
};

// More than any of these is no form that a person or a program fills in.
const mostItems = 1_000;
const mostProperties = 100;
const mostCharacters = 100_000;
// Compared pair by pair.
const mostUniqueItems = 100;

const understood = new Set(
  `type enum const anyOf default description title properties patternProperties propertyNames additionalProperties required
   items minItems maxItems uniqueItems minProperties maxProperties minLength maxLength pattern allowed allowedNames holds ignored minimum maximum`.split(
    /\s+/,
  ),
);

/** What is wrong with one schema, without what is in it. */
function findUnbounded(schema: Schema, isParams: boolean): string[] {
  const unknown = Object.keys(schema).filter((keyword) => !understood.has(keyword));
  const isWithin = (bound: number | undefined, most: number): boolean => bound !== undefined && bound <= most;
  return [...unknown.map((keyword) => `has the keyword ${keyword}, whose cost nobody has judged`), ...problemsOfType()];

  function problemsOfType(): string[] {
    if (schema.enum ?? schema.anyOf) return [];
    if (schema.const !== undefined) return [];
    switch (schema.type) {
      case 'boolean':
      case 'integer':
      case 'number':
      case 'null':
        return [];
      case 'string':
        return isWithin(schema.maxLength, mostCharacters) ? [] : ['is a text without maxLength'];
      case 'array':
        return [
          ...(isWithin(schema.maxItems, mostItems) ? [] : ['is a list without maxItems']),
          ...(schema.uniqueItems && !isWithin(schema.maxItems, mostUniqueItems) ? ['compares its items in pairs'] : []),
          ...(schema.items ? [] : ['is a list of anything']),
        ];
      case 'object': {
        // Which parameters a path has, the router says.
        const isClosed = isParams || (schema.additionalProperties === false && !schema.patternProperties);
        const hasNames = schema.additionalProperties === false || schema.propertyNames !== undefined;
        return [
          ...(isClosed || isWithin(schema.maxProperties, mostProperties) ? [] : ['takes any number of properties']),
          ...(isClosed || hasNames ? [] : ['takes names of any length']),
        ];
      }
      default:
        return ['takes anything'];
    }
  }
}

/** Every schema of every route, and of the parameters of every job action. */
async function allSchemas(t: Parameters<typeof startApi>[0]): Promise<(PlacedSchema & { isParams: boolean })[]> {
  const { routes } = await startApi(t);
  const found = routes
    .filter(({ method }) => method !== 'HEAD')
    .flatMap(({ method, url, schema = {} }) =>
      requestParts.flatMap((part) => {
        const isParams = part === 'params';
        const placed = schema[part] ? [...walkSchema(schema[part], `${method} ${url} ${part}`)] : [];
        return placed.map((each) => ({ ...each, isParams }));
      }),
    );
  const ofActions = actions.flatMap((action) => [
    ...walkSchema(parametersSchema(action), `the parameters of ${action.name}`),
  ]);
  return [...found, ...ofActions.map((each) => ({ ...each, isParams: false }))];
}

test('every text, list and object that a request may hold is bounded', async (t) => {
  const schemas = await allSchemas(t);
  assert.ok(schemas.length > 500, `${schemas.length} schemas are few`);
  const problems = schemas.flatMap(({ where, schema, isParams }) =>
    findUnbounded(schema, isParams).map((problem) => ({ where, problem })),
  );
  const unforeseen = problems.filter(({ where }) => unboundedOnPurpose[where] === undefined);
  assert.deepEqual(
    unforeseen.map(({ where, problem }) => `${where} ${problem}`),
    [],
  );
  const stale = Object.keys(unboundedOnPurpose).filter((where) => !problems.some((problem) => problem.where === where));
  assert.deepEqual(stale, [], 'the list of what is unbounded on purpose');
});

test('the check itself finds what it is for', () => {
  const bad: Readonly<Record<string, Schema>> = {
    'a text': { type: 'string', pattern: '^a*$' },
    'a list': { type: 'array', items: { type: 'boolean' } },
    pairs: { type: 'array', items: { enum: ['a'] }, maxItems: 1_000, uniqueItems: true },
    'an open object': { type: 'object', properties: {} },
    'free names': { type: 'object', patternProperties: { '^.*$': { type: 'null' } }, maxProperties: 3 },
    anything: {},
    'an unknown keyword': Object.assign({ type: 'boolean' }, { contains: {} }),
  };
  for (const [what, schema] of Object.entries(bad)) assert.equal(findUnbounded(schema, false).length >= 1, true, what);
});

// Far more than a pattern takes that reads a text once, and far less than one that tries every way to read it.
const patternLimitMs = 200;

/** Texts that make a pattern try every way to read them: what it takes, again and again, and at last what it does not. */
function attacks(pattern: string, maxLength: number): string[] {
  const characters = [...new Set([...pattern.replaceAll(/\\./g, '').split(''), 'a', 'A', '0', '9', '-', '.', ' '])];
  const units = characters.flatMap((one) => [one, ...characters.map((other) => `${one}${other}`)]);
  return units.map((unit) => `${unit.repeat(Math.ceil(maxLength / unit.length)).slice(0, maxLength - 1)}\0`);
}

test('no pattern can be made to try every way to read a text', { timeout: 120_000 }, async (t) => {
  const schemas = await allSchemas(t);
  const patterns = new Map<string, number>();
  for (const { schema } of schemas) {
    const { pattern, maxLength = mostCharacters } = schema;
    if (pattern !== undefined) patterns.set(pattern, Math.max(patterns.get(pattern) ?? 0, maxLength));
    // Names come uncut, up to the size of a body.
    for (const name of Object.keys(schema.patternProperties ?? {})) patterns.set(name, mostCharacters);
  }
  assert.ok(patterns.size > 8, `${patterns.size} patterns are few`);
  for (const [pattern, maxLength] of patterns) {
    assert.equal(isFast(pattern, attacks(pattern, maxLength)), true, pattern);
  }
  assert.equal(isFast('^([a-z]+)*$', attacks('^([a-z]+)*$', 64)), false, 'the check itself finds a bad one');
});

test('what a pattern takes is said in words', async (t) => {
  const wordless = (await allSchemas(t)).filter(
    ({ schema }) =>
      (schema.pattern !== undefined && schema.allowed === undefined) ||
      (schema.patternProperties && schema.additionalProperties === false && schema.allowedNames === undefined),
  );
  assert.deepEqual(
    wordless.map(({ where }) => where),
    [],
  );
});

/** Whether it is within the limit at one of three tries: what a busy machine holds up once, a bad pattern is each time. */
function isFast(pattern: string, texts: readonly string[]): boolean {
  return Array.from({ length: 3 }).some(() => isWithinLimit(pattern, texts));
}

function isWithinLimit(pattern: string, texts: readonly string[]): boolean {
  const context = createContext({ pattern, texts });
  const script = new Script(
    'const regExp = new RegExp(pattern, "u"); texts.filter((text) => regExp.test(text)).length',
  );
  try {
    script.runInContext(context, { timeout: patternLimitMs });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    return false;
  }
}

test('every schema of a route compiles, which happens at its first request', async (t) => {
  const { routes } = await startApi(t);
  const problems: string[] = [];
  let compiled = 0;
  for (const { method, url, schema } of routes) {
    for (const httpPart of requestParts) {
      const part = schema?.[httpPart];
      if (part === undefined) continue;
      compiled++;
      try {
        compileSchema(httpPart, part);
      } catch (error) {
        problems.push(`${method} ${url} ${httpPart}: ${(error as Error).message}`);
      }
    }
  }
  assert.ok(compiled > 200, `${compiled} schemas are few`);
  assert.deepEqual(problems, []);
  assert.throws(() => compileSchema('body', { type: 'text' }), /type must be/, 'the check finds a bad one');
});
