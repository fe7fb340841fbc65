import assert from 'node:assert/strict';
import { Ajv, type ValidateFunction } from 'ajv';
import { jobStatuses } from '../../jobs/records/status.ts';
// Copied from the specification of the DTR 2.7 API (docs/msr-api.md), without its descriptions.
import msr from './msr-definitions.json' with { type: 'json' };

const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
ajv.addFormat('int32', { type: 'number', validate: (value) => value >= -(2 ** 31) && value < 2 ** 31 });
ajv.addFormat('int64', { type: 'number', validate: Number.isSafeInteger });
ajv.addFormat('float', { type: 'number', validate: Number.isFinite });
ajv.addFormat('integer', { type: 'number', validate: Number.isSafeInteger });
// The one place where we leave the specification: statuses have the names of MSR’s documentation (docs/msr-api.md).
ajv.addSchema({
  ...msr,
  definitions: {
    ...msr.definitions,
    'tmpresponses.Job': {
      ...msr.definitions['tmpresponses.Job'],
      properties: { ...msr.definitions['tmpresponses.Job'].properties, status: { enum: jobStatuses } },
    },
  },
});

export type MsrDefinition = keyof typeof msr.definitions;

const compiled = new Map<MsrDefinition, ValidateFunction>();

/** Fails where a value is not what MSR's specification says. */
export function assertMsrShape(definition: MsrDefinition, value: unknown): void {
  const known = compiled.get(definition);
  const validate = known ?? ajv.compile({ $ref: `msr#/definitions/${definition}` });
  compiled.set(definition, validate);
  assert.ok(validate(value), `${definition}: ${ajv.errorsText(validate.errors)}`);
}
