import type { FastifyRequest } from 'fastify';
import { deleteAccount, updateAccount } from '../../accounts/account-store.ts';
import { requireNamed } from '../../accounts/named.ts';
import { deleteRepository } from '../../registry/repositories/delete-repository.ts';
import { assertWritable } from '../../registry/read-only.ts';
import { requireAccount } from '../http/access.ts';
import { auditedChange } from '../http/audited-change.ts';
import { accountChangeEvent, accountEvent } from '../../accounts/account-events.ts';
import { noSuchAccount } from '../../errors/domain-error.ts';
import type { RepositoryDeps, ApiInstance } from '../http/instance.ts';
import { listRepositories } from '../../registry/repositories/repository-store.ts';
import { repositoryEvent } from './repositories.ts';
import { namespaceParams } from '../http/names.ts';
import { NoBody } from '../http/schemas.ts';

const pageSize = 100;

/** `DELETE /api/v0/accounts/{namespace}`: an account along with all of its repositories, or these alone. */
export function namespaceRoutes(app: ApiInstance, deps: RepositoryDeps): void {
  const { pool, forgetRepositories, wakeDispatcher } = deps;

  /** Deletes all repositories of a namespace, those that are made meanwhile as well. */
  async function deleteRepositories(request: FastifyRequest, namespace: string): Promise<void> {
    const requestedBy = requireAccount(request).name;
    for (;;) {
      const page = await listRepositories(pool, 'all', { namespace, pageSize });
      for (const repository of page) {
        const { name } = repository;
        await auditedChange(deps, request, async (tx, record) => {
          const isDeleted = await deleteRepository(tx, { namespace, name, requestedBy });
          if (isDeleted) await record(repositoryEvent('REPOSITORY_DELETE', repository));
        });
      }
      if (page.length > 0) {
        wakeDispatcher.send();
        await forgetRepositories();
      }
      if (page.length < pageSize) return;
    }
  }

  app.delete(
    '/api/v0/accounts/:namespace/repositories',
    {
      config: { access: 'namespace-admin' },
      schema: {
        summary: 'Delete all repositories of a namespace',
        tags: ['repositories'],
        params: namespaceParams,
        response: { 204: NoBody },
      },
    },
    async (request, reply) => {
      await deleteRepositories(request, (await requireNamed(pool, request.params.namespace)).name);
      return reply.code(204).send();
    },
  );

  app.delete(
    '/api/v0/accounts/:namespace',
    {
      config: { access: 'system-admin' },
      schema: {
        summary: 'Delete an account with all of its repositories',
        tags: ['accounts'],
        params: namespaceParams,
        response: { 204: NoBody },
      },
    },
    async (request, reply) => {
      const { namespace } = request.params;
      const account = await requireNamed(pool, namespace);
      // Before anything of it has happened.
      await assertWritable(pool);
      // Refused for the last administrator, before anything is gone; and nobody else goes on pushing.
      await auditedChange(deps, request, async (tx, record) => {
        const changed = await updateAccount(tx, account.id, { isActive: false });
        if (changed?.before.isActive) await record(accountChangeEvent(account, changed.before, { isActive: false }));
      });
      await deleteRepositories(request, account.name);
      await auditedChange(deps, request, async (tx, record) => {
        if (!(await deleteAccount(tx, account))) throw noSuchAccount(namespace);
        await record(accountEvent('ACCOUNT_DELETE', account, { isOrg: account.isOrg }));
      });
      return reply.code(204).send();
    },
  );
}
