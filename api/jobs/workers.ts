import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { deploymentName } from '../../config/variables.ts';
import { findDeploymentOf, listDeployments, setCapacity, type Deployment } from '../../jobs/queue/deployments.ts';
import { listWorkers, type WorkerRow } from '../../jobs/queue/worker-records.ts';
import { auditedChange } from '../http/audited-change.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { ApiDeps, ApiInstance } from '../http/instance.ts';
import { fillPage, namedPageQuery } from '../http/paging.ts';
import { capacityMapSchema } from './job-fields.ts';
import { objectForm } from '../http/object-form.ts';

const config = { access: 'system-admin' } as const;
const deploymentForm = objectForm<Deployment>()(
  { capacityMap: capacityMapSchema },
  { name: 'read-only', workers: 'read-only' },
);
const workerForm = objectForm<ReturnType<typeof viewWorker>>()(
  { capacityMap: capacityMapSchema },
  {
    id: 'read-only',
    status: 'read-only',
    heartbeatExpiration: 'read-only',
    deployment: 'read-only',
    roles: 'read-only',
    version: 'read-only',
    slots: 'read-only',
    startedAt: 'read-only',
    lastHeartbeat: 'read-only',
  },
);

/**
 * `/api/v0/workers` and `/api/v0/deployments`. MSR 2.x sets the capacity of one worker, 3.0 that of
 * a deployment; here both set that of the deployment.
 */
export function workerRoutes(app: ApiInstance, deps: ApiDeps): void {
  const { pool, wakeDispatcher } = deps;

  app.get('/api/v0/workers', { config, schema: { querystring: namedPageQuery } }, async ({ query }, reply) => {
    const { entries, headers } = await fillPage({
      start: query.pageStart,
      size: query.pageSize,
      load: (start, limit) => listWorkers(pool, { start, limit }),
      keyOf: ({ id }) => id,
      view: viewWorker,
    });
    return reply.headers(headers).send({ workers: entries });
  });

  app.post(
    '/api/v0/workers/:workerID/capacity',
    {
      config,
      schema: { params: Type.Object({ workerID: Type.String({ minLength: 1, maxLength: 255 }) }), body: workerForm },
    },
    async (request, reply) => {
      const { workerID } = request.params;
      const name = await findDeploymentOf(pool, workerID);
      if (name === undefined) {
        throw new DomainError('NO_SUCH_WORKER', `there is no worker "${workerID}": GET /api/v0/workers lists them`);
      }
      void reply.code(202);
      return change(request, name, request.body.capacityMap);
    },
  );

  app.get('/api/v0/deployments', { config, schema: { querystring: namedPageQuery } }, async ({ query }, reply) => {
    const { entries, headers } = await fillPage({
      start: query.pageStart,
      size: query.pageSize,
      load: (start, limit) => listDeployments(pool, { start, limit }),
      keyOf: ({ name }) => name,
      view: (deployment) => deployment,
    });
    return reply.headers(headers).send({ deployments: entries });
  });

  app.put(
    '/api/v0/deployments/:name/capacity',
    {
      config,
      schema: {
        params: Type.Object({
          name: Type.String({
            maxLength: 64,
            allowed: '1 to 63 letters, digits, ".", "_" and "-", a letter or digit first',
            pattern: deploymentName.source,
          }),
        }),
        body: deploymentForm,
      },
    },
    async (request) => change(request, request.params.name, request.body.capacityMap),
  );

  async function change(
    request: FastifyRequest,
    name: string,
    capacityMap: Record<string, number>,
  ): Promise<Deployment> {
    const deployment = await auditedChange(deps, request, async (tx, record) => {
      const changed = await setCapacity(tx, name, capacityMap);
      await record({ kind: 'DEPLOYMENT_UPDATE', object: { id: name, name }, details: { capacityMap } });
      return changed;
    });
    // There may be room now for what waits.
    wakeDispatcher.send();
    return deployment;
  }
}

/** A worker as the API shows it: DTR 2.7 API, tmpresponses.Worker, and more. */
function viewWorker(worker: WorkerRow) {
  const { id, status, capacityMap, heartbeatExpiration } = worker;
  const { deployment, roles, version, slots, startedAt, heartbeatAt } = worker;
  return {
    id,
    status,
    capacityMap,
    heartbeatExpiration,
    deployment,
    roles,
    version,
    slots: slots.map(({ taskQueue, kind, used, total }) => ({ taskQueue, kind, used, free: total - used, total })),
    startedAt,
    lastHeartbeat: heartbeatAt,
  };
}
