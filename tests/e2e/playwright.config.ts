import { defineConfig } from '@playwright/test';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');

/** Run by "go tool mage e2e", which starts what the tests look at and names it in these variables. */
export default defineConfig({
  testDir: __dirname,
  outputDir: path.join(root, 'test-results'),
  forbidOnly: Boolean(process.env.CI),
  fullyParallel: true,
  workers: 2,
  // A machine that runs Grafana, Prometheus, PostgreSQL and a browser on two cores is slow at times.
  retries: process.env.CI ? 2 : 0,
  timeout: 240_000,
  expect: { timeout: 60_000 },
  reporter: [['list'], ['junit', { outputFile: path.join(root, 'test-results/e2e.xml') }]],
  use: {
    baseURL: process.env.GRAFANA_URL,
    viewport: { width: 1280, height: 900 },
    locale: 'en-US',
    actionTimeout: 60_000,
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH,
      // Chromium's sandbox does not work for root, nor in most containers; the only page it opens here is ours.
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    },
  },
});
