import { type Page } from '@playwright/test';

import { expect, test } from './fixtures';

const dashboard = '/d/synapse-diagnosis';

/** The field of a dashboard's variable, by its label. */
const field = (page: Page, label: string) =>
  page
    .getByTestId('data-testid template variable')
    .filter({ has: page.getByTestId(`data-testid Dashboard template variables submenu Label ${label}`) })
    .getByRole('combobox');

async function offered(page: Page, label: string): Promise<string[]> {
  await field(page, label).click();
  await expect(page.getByRole('option').first()).toBeVisible();
  const options = await page.getByRole('option').allInnerTexts();
  return options.map((text) => text.trim()).filter((text) => !/^(All|Selected)/.test(text));
}

test('variables offer what Prometheus knows and narrow every panel', async ({ page, api, questions }) => {
  await page.goto(dashboard);
  await expect(page.locator('[data-viz-panel-key]').first()).toBeVisible();
  expect(await offered(page, 'Homeserver')).toEqual(await api.values('serverName'));
  await page.keyboard.press('Escape');
  const jobs = await api.values('job');
  expect(await offered(page, 'Job')).toEqual(jobs);

  await page.getByRole('option', { name: 'generic_worker', exact: true }).click();
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/var-job=generic_worker/);
  expect(await offered(page, 'Index')).toEqual(await api.values('index', 'job=generic_worker'));
  await page.keyboard.press('Escape');
  await expect
    .poll(() => questions.all.filter(({ query }) => JSON.stringify(query.job) === '["generic_worker"]').length)
    .toBeGreaterThan(0);
});

test('the data source variable offers the provisioned data source', async ({ page }) => {
  await page.goto(dashboard);
  await field(page, 'Data source').click();
  await expect(page.getByRole('option', { name: 'Matrix Synapse' })).toBeVisible();
});

test('the editor of a variable lists what it will offer', async ({ page, api }) => {
  await page.goto(`${dashboard}?editview=variables&editIndex=2`);
  await expect(page.locator('#synapse-variable-kind')).toHaveValue('Jobs');
  for (const job of await api.values('job')) {
    await expect(
      page
        .getByTestId(/Preview of Values/)
        .filter({ hasText: job })
        .first()
    ).toBeVisible();
  }
});
