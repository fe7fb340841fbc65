import { createClient, expectStatus } from '../../test/e2e/client.ts';
import type { Jobrunner } from '../../test/e2e/jobrunner-process.ts';
import { startWebhookReceiver } from '../../test/e2e/webhook-receiver.ts';
import type { CleanUp } from '../../test/support/clean-up.ts';
import type { AttackTarget } from './attack-target.ts';
import type { HonestUser } from './honest-load.ts';

const attacker = { name: 'mallory', password: 'mallory-attacks' } as const;
const victim = { name: 'honest', password: 'honest-pushes' } as const;

/** Makes a user who works and one who attacks, neither of them an administrator, each with a namespace. */
export async function makeUsers(
  cleanUp: CleanUp,
  { client: admin, baseUrl, port, password }: Jobrunner,
): Promise<{ user: HonestUser; target: AttackTarget }> {
  for (const account of [attacker, victim]) {
    const response = await fetch(`${baseUrl}/enzi/v0/accounts`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(account),
    });
    if (!response.ok) throw new Error(`no account ${account.name}: ${response.status} ${await response.text()}`);
  }
  const receiver = await startWebhookReceiver(cleanUp);
  const subscription = { type: 'TAG_PUSH', key: victim.name, endpoint: receiver.url };
  expectStatus(201, await admin.api('POST', '/webhooks', subscription));
  return {
    user: { client: createClient(baseUrl, victim.password, victim.name), ...victim, receiver },
    target: { hostname: '127.0.0.1', port, attacker, victim: victim.name },
  };
}
