import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { deploymentName } from '../../config/variables.ts';
import { findDeploymentOf, listDeployments, setCapacity, type Deployment } from '../../jobs/queue/deployments.ts';
import { listWorkers, type WorkerRow } from '../../jobs/queue/worker-records.ts';
import { auditedChange } from '../http/audited-change.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { JobDeps, ApiInstance } from '../http/instance.ts';
import { fillPage, namedPageQuery } from '../http/paging.ts';
import { capacityMapSchema } from './job-fields.ts';
import { formOf } from '../http/object-form.ts';
import { allReadOnly, listOf, oneOf, readOnly, Timestamp } from '../http/schemas.ts';

const config = { access: 'system-admin' } as const;
const CapacityMap = Type.Record(Type.String(), Type.Number());

const DeploymentView = Type.Object(
  { name: readOnly(Type.String()), workers: readOnly(Type.Integer()), capacityMap: CapacityMap },
  { title: 'Deployment' },
);

/** A worker: DTR 2.7 API, tmpresponses.Worker, and more. */
const WorkerView = Type.Object(
  {
    ...allReadOnly({ id: Type.String(), status: oneOf(['running', 'dead', 'stopped']) }),
    capacityMap: CapacityMap,
    ...allReadOnly({
      heartbeatExpiration: Timestamp,
      deployment: Type.String(),
      roles: listOf(Type.String()),
      version: Type.String(),
      slots: listOf(
        Type.Object({
          taskQueue: Type.String(),
          kind: Type.String(),
          used: Type.Integer(),
          free: Type.Integer(),
          total: Type.Integer(),
        }),
      ),
      startedAt: Timestamp,
      lastHeartbeat: Timestamp,
    }),
  },
  { title: 'Worker' },
);

const deploymentForm = formOf(DeploymentView, { capacityMap: capacityMapSchema });
const workerForm = formOf(WorkerView, { capacityMap: capacityMapSchema });
const tags = ['workers'];

/**
 * `/api/v0/workers` and `/api/v0/deployments`. MSR 2.x sets the capacity of one worker, 3.0 that of
 * a deployment; here both set that of the deployment.
 */
export function workerRoutes(app: ApiInstance, deps: JobDeps): void {
  const { pool, wakeDispatcher } = deps;

  app.get(
    '/api/v0/workers',
    {
      config,
      schema: {
        summary: 'List workers',
        tags,
        querystring: namedPageQuery,
        response: { 200: Type.Object({ workers: listOf(WorkerView) }) },
      },
    },
    async ({ query }, reply) => {
      const { entries, headers } = await fillPage({
        start: query.pageStart,
        size: query.pageSize,
        load: (start, limit) => listWorkers(pool, { start, limit }),
        keyOf: ({ id }) => id,
        view: viewWorker,
      });
      return reply.headers(headers).send({ workers: entries });
    },
  );

  app.post(
    '/api/v0/workers/:workerID/capacity',
    {
      config,
      schema: {
        summary: 'Set the capacity of the deployment of a worker',
        tags,
        params: Type.Object({ workerID: Type.String({ minLength: 1, maxLength: 255 }) }),
        body: workerForm,
        response: { 202: DeploymentView },
      },
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

  app.get(
    '/api/v0/deployments',
    {
      config,
      schema: {
        summary: 'List deployments: what the workers of one name may do at once',
        tags,
        querystring: namedPageQuery,
        response: { 200: Type.Object({ deployments: listOf(DeploymentView) }) },
      },
    },
    async ({ query }, reply) => {
      const { entries, headers } = await fillPage({
        start: query.pageStart,
        size: query.pageSize,
        load: (start, limit) => listDeployments(pool, { start, limit }),
        keyOf: ({ name }) => name,
        view: (deployment) => deployment,
      });
      return reply.headers(headers).send({ deployments: entries });
    },
  );

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
        summary: 'Set the capacity of a deployment',
        tags,
        response: { 200: DeploymentView },
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

function viewWorker(worker: WorkerRow): Static<typeof WorkerView> {
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
