import { chromium, type Page } from 'playwright-core';
import { toolPath } from '../setup/tools.ts';
import type { CleanUp } from '../support/clean-up.ts';

/** Opens a page in a real browser without a window. */
export async function openBrowser(t: CleanUp): Promise<Page> {
  const browser = await chromium.launch({
    executablePath: toolPath('chromium'),
    // The sandbox of the browser needs what a container does not have; only servers of the test are visited.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  t.after(() => browser.close());
  return browser.newPage({ viewport: { width: 1440, height: 1000 } });
}
