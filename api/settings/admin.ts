import { Type } from 'typebox';
import packageJson from '../../package.json' with { type: 'json' };
import type { ApiInstance } from '../http/instance.ts';

/** `/api/v0/admin/version`, which Terraform's provider for MSR asks: the version of this program. */
export function adminRoutes(app: ApiInstance): void {
  const { version } = packageJson;
  const response = { 200: Type.Object({ version: Type.String() }) };
  app.get(
    '/api/v0/admin/version',
    {
      config: { access: 'authenticated' },
      schema: { summary: 'Show the version of this program', tags: ['meta'], response },
    },
    async () => ({ version }),
  );
}
