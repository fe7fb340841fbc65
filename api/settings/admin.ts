import packageJson from '../../package.json' with { type: 'json' };
import type { ApiInstance } from '../http/instance.ts';

/** `/api/v0/admin/version`, which Terraform's provider for MSR asks: the version of this program. */
export function adminRoutes(app: ApiInstance): void {
  const { version } = packageJson;
  app.get('/api/v0/admin/version', { config: { access: 'authenticated' } }, async () => ({ version }));
}
