import type pg from 'pg';

/** An event as tests compare it. */
export interface ShortEvent {
  readonly kind: string;
  readonly by: string;
  readonly object: string;
  readonly namespace: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Gives the events since the last call, the oldest first, without those of signing in. `by` is `type name`. */
export function createEventReader(pool: pg.Pool): () => Promise<ShortEvent[]> {
  const seen = new Set<string>();
  return async () => {
    const { rows } = await pool.query<ShortEvent & { id: string }>(
      `SELECT id, kind, actor_type || ' ' || actor AS by, object_name AS object, namespace, contents AS details
       FROM registry.events WHERE object_type <> 'SIGN_IN' ORDER BY published_at, ctid`,
    );
    const fresh = rows.filter(({ id }) => !seen.has(id));
    for (const { id } of fresh) seen.add(id);
    return fresh.map(({ kind, by, object, namespace, details }) => ({ kind, by, object, namespace, details }));
  };
}

/** The events of signing in, as `kind actor object provider count`. */
export async function signInEvents(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ line: string }>(
    // A minute may be over in between.
    `SELECT concat_ws(' ', kind, actor, object_name, contents ->> 'provider', sum(count)) AS line FROM registry.events
     WHERE object_type = 'SIGN_IN' GROUP BY kind, actor, object_name, contents ->> 'provider' ORDER BY 1`,
  );
  return rows.map(({ line }) => line);
}
