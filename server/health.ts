import type pg from 'pg';
import type { ApiInstance } from '../api/http/instance.ts';

export interface HealthDeps {
  readonly pool: pg.Pool;
  /** What is wrong with the parts of the installation process; empty: nothing. */
  readonly problems: () => string[];
}

const config = { access: 'anonymous' } as const;
const databaseTimeoutMs = 5_000;

/**
 * What probes and monitors ask: `/livez` (the process runs), `/readyz` (it can work), `/health` and `/_ping` as MSR has
 * them.
 */
export function healthRoutes(app: ApiInstance, { pool, problems }: HealthDeps): void {
  async function findProblem(): Promise<string> {
    const [problem] = problems();
    if (problem !== undefined) return problem;
    const timeout = new Promise<string>((resolve) => {
      setTimeout(resolve, databaseTimeoutMs, 'the database does not answer').unref();
    });
    const asked = pool.query('SELECT 1').then(
      () => '',
      () => 'the database cannot be reached',
    );
    return Promise.race([asked, timeout]);
  }

  app.get('/livez', { config }, async () => ({ alive: true }));
  app.get('/_ping', { config }, async (_request, reply) => reply.type('text/plain').send('OK'));
  for (const url of ['/health', '/readyz']) {
    app.get(url, { config }, async (_request, reply) => {
      const error = await findProblem();
      return reply.code(error ? 503 : 200).send({ error, healthy: error === '' });
    });
  }
}
