import type { ErrorObject } from 'ajv';
import type { FastifySchemaValidationError } from 'fastify';
import { shorten } from './error-text.ts';
import { didYouMean } from './nearest-name.ts';

/** The keywords of a schema that messages look at. */
interface Rule {
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, unknown>>;
  /** What a text may be, in words, where a pattern says it. */
  readonly allowed?: string;
  /** The same of the names in an object. */
  readonly allowedNames?: string;
}

const partNames: Readonly<Record<string, string>> = { querystring: 'query', params: 'path' };
// Of more it helps nobody to read them all.
const mostNames = 30;

/**
 * Turns what a validator found into one line for the client: where, what is wrong, and what would be right. The validator
 * has to be `verbose`, and ends at the first problem.
 *
 * @param part what was checked: `body`, `querystring`, or any other word
 */
export function describeValidation(
  errors: readonly (ErrorObject | FastifySchemaValidationError)[],
  part: string,
): string {
  return describe(errors as readonly ErrorObject[], partNames[part] ?? part);
}

function describe(errors: readonly ErrorObject[], part: string): string {
  const error = errors.at(-1);
  if (!error) return `${part} is not valid`;
  const where = placeOf(error, part);
  if (error.keyword !== 'anyOf') return describeOne(error, where, part);
  // Of the forms that a value may have, the one is meant whose type it has.
  const meant = errors
    .slice(0, -1)
    .filter(({ keyword, instancePath }) => keyword !== 'type' || instancePath !== error.instancePath);
  if (meant.length > 0) return describe(meant, part);
  const forms = (error.schema as readonly Rule[]).map(typeName);
  return `${where} must be ${listOf(forms, 'or')}, ${isWrongly(error.data)}`;
}

function placeOf({ instancePath }: ErrorObject, part: string): string {
  const steps = instancePath.split('/').slice(1);
  const names = steps.map((step) => shorten(step.replaceAll('~1', '/').replaceAll('~0', '~')));
  return part + names.map((name) => (/^\d+$/.test(name) ? `[${name}]` : `.${name}`)).join('');
}

function describeOne(error: ErrorObject, where: string, part: string): string {
  const { keyword, params, data } = error;
  const rule = error.parentSchema as Rule;
  const names = Object.keys(rule.properties ?? {});
  switch (keyword) {
    case 'type':
      // NoBody at all is taken for null.
      if (where === part && data === null) return `${part} must be ${typeName(rule)}, and is missing or null`;
      return `${where} must be ${typeName(rule)}, ${isWrongly(data)}`;
    case 'required': {
      const { missingProperty: missing } = params as { missingProperty: string };
      const unknown = Object.keys(data as object).filter((name) => !names.includes(name));
      const misspelled = unknown.find((name) => didYouMean(name, [missing]) !== '');
      return misspelled === undefined
        ? `"${missing}" is missing in ${where}`
        : unknownName(where, misspelled, [missing]);
    }
    case 'additionalProperties': {
      const { additionalProperty: name } = params as { additionalProperty: string };
      if (rule.allowedNames === undefined) return unknownName(where, name, names);
      return `"${shorten(name)}" cannot be a name in ${where}: use ${rule.allowedNames}`;
    }
    case 'enum': {
      const { allowedValues } = params as { allowedValues: readonly unknown[] };
      const meant = typeof data === 'string' ? didYouMean(data, allowedValues.map(String)) : '';
      return `${where} must be ${listOf(allowedValues.map(String), 'or')}, ${isWrongly(data)}${meant}`;
    }
    case 'pattern':
      return `${where} ${isWrongly(data).replace(/^and /, '')}: it must be ${rule.allowed ?? 'of another form'}`;
    case 'minimum':
    case 'maximum':
      return `${where} must be ${typeName(rule)}, ${isWrongly(data)}`;
    case 'minLength':
      return Number(params['limit']) === 1
        ? `${where} must not be empty`
        : `${where} must have at least ${count(params, 'character')}`;
    case 'maxLength':
      return `${where} has ${Array.from(data as string).length} characters, and ${count(params, 'character')} at most are taken`;
    case 'minItems':
      return `${where} must have at least ${count(params, 'item')}`;
    case 'maxItems':
      return `${where} has ${(data as readonly unknown[]).length} items, and ${count(params, 'item')} at most are taken`;
    case 'maxProperties':
      return `${where} has ${Object.keys(data as object).length} names, and ${count(params, 'name')} at most are taken`;
    case 'uniqueItems': {
      const { i, j } = params as { i: number; j: number };
      return `${where} says the same twice: item ${Math.min(i, j)} and item ${Math.max(i, j)} are alike`;
    }
    case 'propertyNames': {
      const { propertyName } = params as { propertyName: string };
      return `"${shorten(propertyName)}" is too long for a name in ${where}`;
    }
    default:
      return `${where} ${error.message ?? 'is not valid'}`;
  }
}

function unknownName(where: string, name: string, known: readonly string[]): string {
  const shown = `"${shorten(name)}" is not known in ${where}`;
  const meant = didYouMean(name, known);
  if (meant !== '') return shown + meant;
  if (known.length === 0) return `${shown}: leave it out`;
  return known.length > mostNames
    ? shown
    : `${shown}: known ${known.length === 1 ? 'is' : 'are'} ${listOf(known, 'and')}`;
}

function count(params: ErrorObject['params'], unit: string): string {
  const { limit } = params as { limit: number };
  return `${limit.toLocaleString('en')} ${unit}${limit === 1 ? '' : 's'}`;
}

/** What a schema takes, in words. */
function typeName({ type, minimum, maximum }: Rule): string {
  switch (type) {
    case 'boolean':
      return 'true or false';
    case 'integer':
    case 'number': {
      const kind = type === 'integer' ? 'a whole number' : 'a number';
      if (maximum !== undefined) return `${kind} from ${minimum ?? 0} to ${maximum}`;
      return minimum === undefined ? kind : `${kind} from ${minimum} on`;
    }
    case 'string':
      return 'a text';
    case 'array':
      return 'a list';
    case 'object':
      return 'an object';
    case undefined:
      return 'something else';
    default:
      return type;
  }
}

/** What a value is, as the end of a sentence about what it should be. */
function isWrongly(value: unknown): string {
  if (typeof value === 'string') return `and is "${shorten(value)}"`;
  if (Array.isArray(value)) return 'and is a list';
  if (typeof value === 'object' && value !== null) return 'and is an object';
  return `and is ${String(value)}`;
}

function listOf(words: readonly string[], conjunction: 'and' | 'or'): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} ${conjunction} ${last}`;
}
