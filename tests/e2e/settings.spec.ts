import { type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { violations } from './accessibility';
import { Api, pluginId, provisionedUid } from './api';
import { expect, test } from './fixtures';

const setting = (name: string) => {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set: run these tests by "go tool mage e2e"`);
  }
  return value;
};

const pem = '-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGUgYnV0IGEgc2VjcmV0\n-----END CERTIFICATE-----';

const saveAndTest = (page: Page) =>
  page.getByTestId('data-testid Data source settings page Save and Test button').click();

/** Grafana's own box for the result of "Save & test". */
const result = (page: Page) => page.getByTestId(/^data-testid Alert (success|error|warning)$/).last();

/** Makes a data source as people do, and opens its settings. */
async function add(page: Page): Promise<string> {
  await page.goto('/connections/datasources/new');
  await page.getByRole('button', { name: 'Matrix Synapse' }).click();
  await page.waitForURL(/\/connections\/datasources\/edit\//);
  const uid = new URL(page.url()).pathname.split('/').pop() ?? '';
  await page.getByPlaceholder('Name', { exact: true }).fill(`Test ${uid}`);
  return uid;
}

test('the provisioned data source is well', async ({ page }) => {
  await page.goto(`/connections/datasources/edit/${provisionedUid}`);
  await expect(page.locator('#connection-url')).toHaveValue(setting('SYNAPSE_PROMETHEUS_URL'));
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(
    page.getByText(/Synapse 1\.\d+\.\d+: \d+ processes of example\.org\. PostgreSQL .* answered/)
  ).toBeVisible();
  // Provisioned settings can be read, not changed.
  for (const id of ['connection-url', 'setting-postgresHost', 'setting-postgresPassword', 'setting-postgresSslMode']) {
    await expect(page.locator(`#${id}`)).toBeDisabled();
  }
  await expect(page.getByRole('button', { name: 'Reset', exact: true })).toHaveCount(0);
  await expect(page.getByText('A provisioning file sets everything below')).toBeVisible();
  // So were the dashboards: they are there, and nothing is offered to import.
  await expect(page.getByRole('link', { name: 'Synapse: diagnosis' })).toHaveAttribute(
    'href',
    /\/d\/synapse-diagnosis/
  );
  await expect(page.getByRole('button', { name: /^Import/ })).toHaveCount(0);
  const closed = page.getByRole('button', { name: /^Expand section/ });
  while ((await closed.count()) > 0) {
    await closed.first().click();
  }
  // Both are in Grafana's own box with the result.
  expect(await violations(page, ['label-content-name-mismatch', 'link-in-text-block'])).toEqual([]);
});

test('a data source made by hand keeps its settings and gives no secret away', async ({ page, api }) => {
  const uid = await add(page);
  try {
    const typed: Record<string, string> = {
      'connection-url': setting('SYNAPSE_PROMETHEUS_URL'),
      'setting-postgresHost': setting('SYNAPSE_POSTGRES_HOST'),
      'setting-postgresDatabase': setting('SYNAPSE_POSTGRES_DATABASE'),
      'setting-postgresUser': setting('SYNAPSE_POSTGRES_USER'),
    };
    for (const [id, text] of Object.entries(typed)) {
      await page.locator(`#${id}`).fill(text);
    }
    await page.locator('#setting-postgresPassword').fill(setting('SYNAPSE_POSTGRES_PASSWORD'));
    await page.locator('#setting-postgresSslMode').click();
    await page.getByRole('option', { name: /^disable/ }).click();
    await page.getByRole('button', { name: 'Expand section Prometheus queries' }).click();
    await page.locator('#setting-scrapeInterval').fill('15');
    await expect(page.getByText('Add a unit, for example')).toBeVisible();
    await page.locator('#setting-scrapeInterval').fill('20s');
    await page.getByRole('button', { name: 'Make a key' }).click();
    await expect(page.locator('#setting-pseudonymKey')).toHaveValue(/^[0-9a-f]{64}$/);
    const key = await page.locator('#setting-pseudonymKey').inputValue();
    await saveAndTest(page);
    await expect(result(page)).toContainText(
      /Synapse 1\.\d+\.\d+: \d+ processes of example\.org\. PostgreSQL .* answered/
    );

    await page.reload();
    for (const [id, text] of Object.entries(typed)) {
      await expect(page.locator(`#${id}`)).toHaveValue(text);
    }
    const status = (name: string) => page.getByRole('status', { name: `Result of the test of ${name}` });
    await page.getByRole('button', { name: 'Test PostgreSQL' }).click();
    await expect(status('PostgreSQL')).toContainText(/PostgreSQL .* answered/);
    await expect(status('PostgreSQL')).toContainText(/The role .* may read all/);
    await expect(status('Prometheus')).toContainText(/Synapse 1\.\d+\.\d+: \d+ processes of example\.org/);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download alert rules' }).click();
    const rules = readFileSync(await (await downloading).path(), 'utf8');
    expect(rules).toContain(`datasourceUid: "${uid}"`);
    expect(rules).not.toContain(`datasourceUid: ${provisionedUid}`);
    await expect(page.locator('#setting-postgresSslMode')).toHaveValue('disable');
    await expect(page.locator('#setting-postgresPassword')).toHaveValue('configured');
    await expect(page.locator('#setting-pseudonymKey')).toHaveValue('configured');
    await expect(page.getByRole('button', { name: 'Make a key' })).toBeDisabled();
    await page.getByRole('button', { name: 'Expand section Prometheus queries' }).click();
    await expect(page.locator('#setting-scrapeInterval')).toHaveValue('20s');

    // A server without TLS: everything else works, and the page says what to do.
    await page.locator('#setting-postgresSslMode').click();
    await page.getByRole('option', { name: /^verify-ca/ }).click();
    await page.locator('#setting-postgresTlsCaCert').fill(pem);
    await saveAndTest(page);
    await expect(result(page)).toContainText(/Synapse 1\.\d+\.\d+: \d+ processes of example\.org/);
    const report = page
      .getByTestId('data-testid Alert warning')
      .or(page.getByTestId('data-testid Alert error'))
      .first();
    await expect(report).toContainText('PostgreSQL');
    await expect(report).toContainText(/certificate|TLS/i);

    const saved = JSON.stringify(await api.get(`/api/datasources/uid/${uid}`));
    expect(saved).toContain('"postgresPassword":true');
    expect(saved).toContain('"postgresTlsCaCert":true');
    expect(saved).toContain('"pseudonymKey":true');
    await page.reload();
    await expect(page.locator('#setting-postgresTlsCaCert')).toHaveValue('configured');
    for (const shown of [saved, await page.content()]) {
      expect(shown).not.toContain(JSON.stringify(setting('SYNAPSE_POSTGRES_PASSWORD')).slice(1, -1));
      expect(shown).not.toContain('bm90IGEgY2VydGlm');
      expect(shown).not.toContain(key);
    }
  } finally {
    await api.delete(`/api/datasources/uid/${uid}`);
  }
});

test('dashboards that an organization lacks are imported from the settings page', async ({
  browser,
  playwright,
  baseURL,
}) => {
  const server = await playwright.request.newContext({
    baseURL,
    httpCredentials: { username: 'admin', password: 'admin', send: 'always' },
  });
  const name = `Elsewhere ${process.pid} ${Date.now()}`;
  const { orgId } = await new Api(server).post<{ orgId: number }>('/api/orgs', { name });
  const login = `elsewhere-${orgId}`;
  await new Api(server).post('/api/admin/users', { name: login, login, password: login, OrgId: orgId });
  const users = await new Api(server).get<Array<{ userId: number; login: string }>>(`/api/orgs/${orgId}/users`);
  const userId = users.find((user) => user.login === login)?.userId;
  await server.patch(`/api/orgs/${orgId}/users/${userId}`, { data: { role: 'Admin' } });
  const context = await browser.newContext({ baseURL });
  try {
    await context.request.post('/login', { data: { user: login, password: login } });
    const { datasource } = await new Api(context.request).post<{ datasource: { uid: string } }>('/api/datasources', {
      name: 'Anywhere',
      type: pluginId,
      access: 'proxy',
      url: setting('SYNAPSE_PROMETHEUS_URL'),
    });
    const page = await context.newPage();
    await page.goto(`/connections/datasources/edit/${datasource.uid}`);
    await page.getByRole('button', { name: 'Import 7 dashboards' }).click();
    await expect(page.getByRole('link', { name: /^Synapse: / })).toHaveCount(7);
    await expect(page.getByRole('button', { name: /^Import/ })).toHaveCount(0);
    await page.goto('/d/synapse-diagnosis?kiosk');
    await expect(page.getByText(/need you|needs you/).first()).toBeVisible({ timeout: 60_000 });
  } finally {
    await context.close();
    await server.delete(`/api/orgs/${orgId}`);
    await server.dispose();
  }
});

test('direct access is refused, and "Save & test" says why', async ({ page, api }) => {
  const url = setting('SYNAPSE_PROMETHEUS_URL');
  const made = { name: `Direct ${process.pid}`, type: pluginId, access: 'direct', url };
  const { datasource } = await api.post<{ datasource: { uid: string } }>('/api/datasources', made);
  try {
    await page.goto(`/connections/datasources/edit/${datasource.uid}`);
    await saveAndTest(page);
    await expect(result(page)).toContainText('Grafana gives the Prometheus password to every viewer');
    await expect(result(page)).toContainText('"access: proxy"');
  } finally {
    await api.delete(`/api/datasources/uid/${datasource.uid}`);
  }
});

test.describe('with a wrong address', () => {
  test.use({ expected: /\/health/ });

  test('"Save & test" says what is wrong and what to do', async ({ page, api }) => {
    const uid = await add(page);
    try {
      await page.locator('#connection-url').fill('http://127.0.0.1:1');
      await saveAndTest(page);
      await expect(result(page)).toContainText("Prometheus can't be reached: the connection was refused");
      await expect(result(page)).toContainText('Check that it runs and that the URL');
      await expect(result(page)).not.toContainText(/dial tcp|goroutine|rpc error/);
      await page.screenshot({ path: path.join(test.info().project.outputDir, 'settings-wrong-address.png') });
    } finally {
      await api.delete(`/api/datasources/uid/${uid}`);
    }
  });
});
