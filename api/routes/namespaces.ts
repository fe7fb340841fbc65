import { Type } from 'typebox';
import { deleteAccount, updateAccount } from '../enzi/account-store.ts';
import { requireNamed } from '../enzi/named.ts';
import { deleteRepository } from '../../registry/delete-repository.ts';
import { requireAccount } from '../access.ts';
import { noSuchAccount } from '../errors.ts';
import type { ApiDeps, ApiInstance } from '../instance.ts';
import { listRepositories } from '../repository-store.ts';

const pageSize = 100;

/** `DELETE /api/v0/accounts/{namespace}`: an account along with all of its repositories (msr.md section 3.1). */
export function namespaceRoutes(app: ApiInstance, { pool, forgetRepositories, wakeDispatcher }: ApiDeps): void {
  app.delete(
    '/api/v0/accounts/:namespace',
    {
      config: { access: 'system-admin' },
      schema: { params: Type.Object({ namespace: Type.String({ minLength: 1, maxLength: 255 }) }) },
    },
    async (request, reply) => {
      const { namespace } = request.params;
      const requestedBy = requireAccount(request).name;
      const account = await requireNamed(pool, namespace);
      // Refused for the last administrator, before anything is gone; and nobody else goes on pushing.
      await updateAccount(pool, account.id, { isActive: false });
      for (;;) {
        const page = await listRepositories(pool, 'all', { namespace: account.name, pageSize });
        for (const { name } of page) {
          await deleteRepository(pool, { namespace: account.name, name, requestedBy });
        }
        if (page.length > 0) {
          wakeDispatcher.send();
          await forgetRepositories();
        }
        if (page.length < pageSize) break;
      }
      if (!(await deleteAccount(pool, account))) throw noSuchAccount(namespace);
      return reply.code(204).send();
    },
  );
}
