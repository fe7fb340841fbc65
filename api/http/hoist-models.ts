type Json = unknown;

/**
 * Gives models a name: every schema in a description by OpenAPI that has a `title` goes to `components.schemas` under that,
 * and its place refers to it.
 *
 * @throws Error where two different schemas have the same title: a mistake in the program
 */
export function hoistModels(document: object): object {
  const models = new Map<string, { schema: Json; text: string }>();
  const walk = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    const walked = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, walk(part)]));
    // What is said of a place, and not of the model.
    const { title, description, readOnly, ...schema } = walked;
    if (typeof title !== 'string' || !('type' in schema || 'anyOf' in schema)) return walked;
    const text = JSON.stringify(schema);
    const known = models.get(title);
    if (known && known.text !== text) throw new Error(`two schemas of the API have the title ${title}`);
    models.set(title, { schema, text });
    return {
      $ref: `#/components/schemas/${title}`,
      ...(description !== undefined && { description }),
      ...(readOnly !== undefined && { readOnly }),
    };
  };
  const { paths, components, ...rest } = document as { paths: Json; components?: { schemas?: object } };
  const hoisted = walk(paths);
  const schemas = Object.fromEntries([...models].map(([name, { schema }]) => [name, schema]));
  return { ...rest, components: { ...components, schemas: { ...components?.schemas, ...schemas } }, paths: hoisted };
}
