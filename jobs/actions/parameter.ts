/** What every parameter of an action says of itself. Values are text in the API, in rows and in inputs of workflows. */
interface Described {
  /** The regular expression that values match, as in JSON Schema. */
  readonly pattern: string;
  /** The same in words: "must be …". */
  readonly allowed: string;
  readonly description: string;
}

export interface IntegerParameter extends Described {
  readonly type: 'integer';
  readonly default: number;
}

export interface BooleanParameter extends Described {
  readonly type: 'boolean';
  readonly default: boolean;
}

/** A Go duration string, which a workflow reads in milliseconds. */
export interface DurationParameter extends Described {
  readonly type: 'duration';
  readonly default: string;
}

/** A text without a default: required, or undefined where it is not given. */
export interface TextParameter extends Described {
  readonly type: 'text';
  readonly isRequired?: boolean;
}

export type ActionParameter = IntegerParameter | BooleanParameter | DurationParameter | TextParameter;

/** The parameters of an action, by name. */
export type ActionParameters = Readonly<Record<string, ActionParameter>>;

/** What a workflow reads of its parameters; durations are in milliseconds. */
export type ParameterValues<P extends ActionParameters> = { readonly [Name in keyof P]: ParameterValue<P[Name]> };

export type ParameterValue<P extends ActionParameter> = P extends IntegerParameter | DurationParameter
  ? number
  : P extends BooleanParameter
    ? boolean
    : P extends { readonly isRequired: true }
      ? string
      : string | undefined;

const maxParameterLength = 255;

/**
 * The JSON Schema of an action's parameters, whole.
 *
 * @param options.isPartial whether required ones may be left out, as from defaults
 */
export function parametersSchema(
  { parameters }: { readonly parameters: ActionParameters },
  { isPartial = false }: { readonly isPartial?: boolean } = {},
) {
  const entries = Object.entries(parameters);
  const properties = Object.fromEntries(
    entries.map(([name, { pattern, allowed, description, ...parameter }]) => {
      const fallback = 'default' in parameter && { default: String(parameter.default) };
      return [name, { type: 'string', pattern, allowed, description, ...fallback, maxLength: maxParameterLength }];
    }),
  );
  const required = isPartial ? [] : entries.filter(([, parameter]) => isRequired(parameter)).map(([name]) => name);
  return { type: 'object', properties, required, additionalProperties: false };
}

/** Whether a job of the action cannot be without the parameter. */
export function isRequired(parameter: ActionParameter): boolean {
  return parameter.type === 'text' && parameter.isRequired === true;
}
