import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { EventKind } from '../../events/event-kinds.ts';
import { requireAccount, unchecked } from '../http/access.ts';
import { auditedChange } from '../http/audited-change.ts';
import type { ChangeEvent } from '../../events/audit.ts';
import { namespaceExists, type Account } from '../../accounts/accounts.ts';
import { DomainError, noSuchAccount } from '../../errors/domain-error.ts';
import type { AccountDeps, ApiInstance } from '../http/instance.ts';
import { countHeader, fillPage, pageQuery } from '../http/paging.ts';
import { administeredRepositories, includesLevel, namespaceAccess } from '../../accounts/policy/access.ts';
import { newRobotForm, readExpiry, readPermissions, robotChangesForm, robotName } from './robot-form.ts';
import {
  countRobots,
  deleteRobot,
  findRobot,
  insertRobot,
  listRobots,
  rotateRobotSecret,
  updateRobot,
  type RobotRow,
} from '../../accounts/robot-store.ts';
import { NameText, nameText } from '../http/names.ts';
import { listOf, NoBody } from '../http/schemas.ts';
import { never, rightsOf, RobotView, RobotWithSecretView, viewRobot } from './robot-view.ts';

const config = { access: 'authenticated' } as const;
// Each may have five hundred permissions.
const rowsAtOnce = 20;
const tags = ['robots'];
const robotParams = Type.Object({ robot: NameText });

/**
 * `/api/v0/robots`: robot accounts, for CI. MSR has none; users of Harbor know them. Administrators of a namespace run
 * its robots, and system administrators all of them, those of no namespace included.
 */
export function robotRoutes(app: ApiInstance, deps: AccountDeps): void {
  const { pool } = deps;

  async function administers(account: Account, namespace: string | null): Promise<boolean> {
    if (namespace === null) return account.isAdmin;
    return includesLevel(await namespaceAccess(pool, account, namespace), 'admin');
  }

  async function assertAdministers(account: Account, namespace: string | null): Promise<void> {
    if (!(await administers(account, namespace))) {
      const who = namespace === null ? 'system administrators' : `administrators of the namespace "${namespace}"`;
      throw new DomainError('NOT_AUTHORIZED', `only ${who} may see, make or change its robots`);
    }
    if (namespace !== null && !(await namespaceExists(pool, namespace))) throw noSuchAccount(namespace);
  }

  /** A robot that the caller may not run is answered as if it were not there. */
  async function requireRobot(account: Account, nameOrId: string): Promise<RobotRow> {
    const robot = await findRobot(pool, nameOrId);
    if (robot && (await administers(account, robot.namespace))) return robot;
    throw noSuchRobot(nameOrId);
  }

  app.get(
    '/api/v0/robots',
    {
      config,
      onRequest: async (request) => {
        const namespace = unchecked(request.query, 'namespace');
        if (namespace !== '') await assertAdministers(requireAccount(request), namespace);
      },
      schema: {
        summary: 'List robots',
        tags,
        querystring: Type.Object(
          { ...pageQuery.properties, namespace: nameText({ default: '' }) },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ robots: listOf(RobotView) }) },
      },
    },
    async (request, reply) => {
      const { namespace, pageStart = '', pageSize, count } = request.query;
      const account = requireAccount(request);
      if (namespace !== '') await assertAdministers(account, namespace);
      const administered = await administeredRepositories(pool, account);
      const all = administered === 'all' ? undefined : administered.namespaces;
      const filter = { namespaces: namespace === '' ? all : [namespace] };
      const { entries, headers } = await fillPage({
        start: pageStart,
        size: pageSize,
        load: (from, limit) => listRobots(pool, filter, { pageStart: from || undefined, pageSize: limit }),
        keyOf: ({ id }) => id,
        view: viewRobot,
        rowsAtOnce,
      });
      if (count) void reply.header(countHeader, String(await countRobots(pool, filter)));
      return reply.headers(headers).send({ robots: entries });
    },
  );

  const create = {
    config,
    preValidation: async (request: FastifyRequest) =>
      assertAdministers(requireAccount(request), unchecked(request.body, 'namespace') || null),
    schema: { summary: 'Make a robot', tags, body: newRobotForm, response: { 201: RobotWithSecretView } },
  };
  app.post('/api/v0/robots', create, async (request, reply) => {
    const account = requireAccount(request);
    const { name, description = '', createRepositories, expiresAt = never } = request.body;
    const namespace = request.body.namespace || null;
    const wanted = {
      name: robotName(namespace ?? '', name),
      namespace,
      description,
      createRepositories,
      expiresAt: readExpiry(expiresAt),
      permissions: readPermissions(request.body.permissions, namespace),
      createdBy: account.name,
    };
    const made = await auditedChange(deps, request, async (tx, record) => {
      const inserted = await insertRobot(tx, wanted);
      if (!inserted) throw new DomainError('ROBOT_EXISTS', `there is a robot "${wanted.name}" already`);
      await record(robotEvent('ROBOT_CREATE', inserted.robot, rightsOf(inserted.robot)));
      return inserted;
    });
    return reply
      .code(201)
      .header('cache-control', 'no-store')
      .send({ ...viewRobot(made.robot), secret: made.secret });
  });

  app.get(
    '/api/v0/robots/:robot',
    { config, schema: { summary: 'Show a robot', tags, params: robotParams, response: { 200: RobotView } } },
    async (request) => viewRobot(await requireRobot(requireAccount(request), request.params.robot)),
  );

  app.patch(
    '/api/v0/robots/:robot',
    {
      config,
      onRequest: async (request) => void (await requireRobot(requireAccount(request), request.params.robot)),
      schema: {
        summary: 'Change a robot',
        tags,
        params: robotParams,
        body: robotChangesForm,
        response: { 200: RobotView },
      },
    },
    async (request) => {
      const { permissions, expiresAt, ...changes } = request.body;
      const robot = await requireRobot(requireAccount(request), request.params.robot);
      const wanted = {
        ...changes,
        expiresAt: expiresAt === undefined ? undefined : readExpiry(expiresAt, robot.expiresAt),
        permissions: permissions && readPermissions(permissions, robot.namespace),
      };
      const changed = await auditedChange(deps, request, async (tx, record) => {
        const updated = await updateRobot(tx, robot.id, wanted);
        if (!updated) throw noSuchRobot(robot.id);
        await record(robotEvent('ROBOT_UPDATE', updated, { from: rightsOf(robot), to: rightsOf(updated) }));
        return updated;
      });
      return viewRobot(changed);
    },
  );

  app.post(
    '/api/v0/robots/:robot/rotate',
    {
      config,
      schema: {
        summary: 'Give a robot another secret',
        tags,
        params: robotParams,
        response: { 200: RobotWithSecretView },
      },
    },
    async (request, reply) => {
      const { id } = await requireRobot(requireAccount(request), request.params.robot);
      const rotated = await auditedChange(deps, request, async (tx, record) => {
        const changed = await rotateRobotSecret(tx, id);
        if (!changed) throw noSuchRobot(id);
        await record(robotEvent('ROBOT_ROTATE', changed.robot));
        return changed;
      });
      return reply.header('cache-control', 'no-store').send({ ...viewRobot(rotated.robot), secret: rotated.secret });
    },
  );

  app.delete(
    '/api/v0/robots/:robot',
    { config, schema: { summary: 'Delete a robot', tags, params: robotParams, response: { 204: NoBody } } },
    async (request, reply) => {
      const robot = await requireRobot(requireAccount(request), request.params.robot);
      await auditedChange(deps, request, async (tx, record) => {
        if (!(await deleteRobot(tx, robot.id))) throw noSuchRobot(robot.id);
        await record(robotEvent('ROBOT_DELETE', robot));
      });
      return reply.code(204).send();
    },
  );
}

function noSuchRobot(nameOrId: string): DomainError {
  return new DomainError('NO_SUCH_ROBOT', `there is no robot "${nameOrId}": GET /api/v0/robots lists yours`);
}

/** What an event tells of a robot; administrators of its namespace see it too. */
function robotEvent(
  kind: EventKind,
  { id, name, namespace }: RobotRow,
  details: Readonly<Record<string, unknown>> = {},
): ChangeEvent {
  return { kind, object: { id, name }, namespace: namespace ?? '', details };
}
