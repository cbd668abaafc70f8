import { type Locator, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { violations } from './accessibility';
import { column, noticesOf, provisionedUid, pluginId, type QueryAnswer, type QueryResult, rowsOf } from './api';
import { expect, test } from './fixtures';

interface QueryType {
  id: string;
  title: string;
  formats: Array<{ id: string; title: string; help: string; visualization: string }>;
  params: Array<{ id: string; formats?: string[] }>;
  filters: string[];
  limit?: { max: number };
  examples: Array<{ title: string }>;
}

const declarations = path.resolve(__dirname, '../../src/generated/queryTypes.json');
const { queryTypes } = JSON.parse(readFileSync(declarations, 'utf8')) as { queryTypes: QueryType[] };

interface Answer {
  query: Record<string, unknown>;
  result: QueryResult;
}

// A busy machine may need most of the time that the data source allows for one query.
const patience = { timeout: 60_000 };

/** The first answer to a query with these properties that the page sends because of an action. */
async function asked(page: Page, wanted: Record<string, unknown>, action: () => Promise<void>): Promise<Answer> {
  let answer: Answer | undefined;
  const arrived = page.waitForResponse(async (response) => {
    if (new URL(response.url()).pathname !== '/api/ds/query') {
      return false;
    }
    const { queries } = response.request().postDataJSON() as { queries: Array<Record<string, unknown>> };
    const [query] = queries;
    if (Object.entries(wanted).some(([key, value]) => JSON.stringify(query[key]) !== JSON.stringify(value))) {
      return false;
    }
    // Explore drops an answer if it sends the query again meanwhile.
    const text = await response.text().catch(() => '{}');
    const { results } = JSON.parse(text) as Partial<QueryAnswer>;
    answer = results && { query, result: results[String(query.refId)] };
    return answer !== undefined;
  }, patience);
  await action();
  await arrived;
  if (!answer) {
    throw new Error('no answer');
  }
  return answer;
}

/** Chooses from a combobox by typing, as its list only draws what is in view. */
async function choose(page: Page, input: Locator, title: string) {
  await input.click();
  await input.fill(title);
  await page
    .getByRole('option')
    .filter({ has: page.getByText(title, { exact: true }) })
    .first()
    .click();
}

async function explore(page: Page, query: Record<string, unknown>): Promise<Answer> {
  const datasource = { type: pluginId, uid: provisionedUid };
  const pane = {
    datasource: provisionedUid,
    queries: [{ refId: 'A', datasource, ...query }],
    range: { from: 'now-6h', to: 'now' },
  };
  const address = `/explore?schemaVersion=1&orgId=1&panes=${encodeURIComponent(JSON.stringify({ a: pane }))}`;
  const { queryType } = query;
  return asked(page, { queryType }, async () => void (await page.goto(address)));
}

/** What Explore draws below the editor, whatever the visualization. */
const drawn = (page: Page) =>
  page.locator('[data-testid="data-testid panel content"]').locator('canvas, [role$=cell]').first();

/** Asks a question in each of its formats, on a page that has asked another one. */
async function askEverything(page: Page, type: QueryType) {
  const answers: Array<Answer & { of: string }> = [];
  const answer = await asked(page, { queryType: type.id }, () =>
    choose(page, page.locator('#synapse-query-type'), type.title)
  );
  answers.push({ of: type.formats[0].id, ...answer });
  for (const format of type.formats.slice(1)) {
    const next = await asked(page, { queryType: type.id, format: format.id }, () =>
      choose(page, page.locator('#synapse-format'), format.title)
    );
    answers.push({ of: format.id, ...next });
  }
  for (const { of, query, result } of answers) {
    expect(query.queryType).toBe(type.id);
    expect(result.error, of).toBeUndefined();
    // An empty answer has to say why.
    expect(rowsOf(result) > 0 || noticesOf(result).length > 0, `${of} shows something`).toBe(true);
  }
  const last = answers[answers.length - 1];
  if (rowsOf(last.result) > 0) {
    await expect(drawn(page)).toBeVisible();
  }
  for (const filter of type.filters) {
    await expect(page.locator(`#synapse-filter-${filter}`)).toBeVisible();
  }
}

// A page for each worker: loading Explore takes longer than most answers.
const half = Math.ceil(queryTypes.length / 2);
for (const [name, types] of [
  ['first', queryTypes.slice(0, half)],
  ['second', queryTypes.slice(half)],
] as const) {
  test(`asks the ${name} half of the questions in every format`, async ({ page }) => {
    const other = queryTypes.find(({ id }) => !types.some((type) => type.id === id)) ?? queryTypes[0];
    await explore(page, { queryType: other.id });
    for (const type of types) {
      await test.step(type.title, () => askEverything(page, type));
    }
  });
}

test('the editor is labelled, and works from the keyboard', async ({ page }) => {
  await explore(page, { queryType: 'transactions', format: 'table' });
  await page.locator('#synapse-question').focus();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('full small caches');
  await expect(page.getByRole('option', { name: 'Which caches are full or too small?' })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await asked(page, { queryType: 'caches' }, () => page.keyboard.press('Enter'));
  await expect(async () => {
    await page.keyboard.press('Tab'); // the hints of labels are on the way
    await expect(page.locator('#synapse-query-type')).toBeFocused({ timeout: 500 });
  }).toPass();
  expect(await violations(page, [], '[data-testid="query-editor-row"]')).toEqual([]);
});

test('draws what another size of a chosen cache would bring', async ({ page, api }) => {
  const curve = queryTypes.find(({ id }) => id === 'cacheFactors')?.formats.find(({ id }) => id === 'curve');
  await explore(page, { queryType: 'cacheFactors', format: 'table' });
  const [cache] = column(await api.query({ queryType: 'cacheFactors', format: 'table' }), 'cache');
  await asked(page, { format: 'curve' }, () => choose(page, page.locator('#synapse-format'), String(curve?.title)));
  await expect(page.getByText(String(curve?.help))).toBeVisible();
  await page.locator('#synapse-param-cache').click();
  await page.locator('#synapse-param-cache').fill(String(cache));
  const answer = await asked(page, { format: 'curve', cache: [cache] }, () =>
    page.getByRole('option', { name: String(cache), exact: true }).click()
  );
  expect(column(answer.result, 'cache')).toContain(cache);
  await page.keyboard.press('Escape');
  await expect(page.locator('[data-testid="data-testid panel content"] canvas').first()).toBeVisible();
  await expect(page.getByText('Hit ratio, high')).toBeVisible();
});

test('filters suggest what Prometheus knows, and another question keeps what it understands', async ({ page, api }) => {
  await explore(page, { queryType: 'transactions', format: 'table' });
  const jobs = await api.values('job');
  expect(jobs).toContain('synapse');

  await page.locator('#synapse-filter-job').click();
  for (const job of jobs) {
    await expect(page.getByRole('option', { name: job, exact: true })).toBeVisible();
  }
  const filtered = await asked(page, { job: ['synapse'] }, () =>
    page.getByRole('option', { name: 'synapse', exact: true }).click()
  );
  expect(rowsOf(filtered.result)).toBeGreaterThan(0);
  await page.keyboard.press('Escape');

  await page.locator('#synapse-param-compareTo').fill('1d');
  const compared = await asked(page, { compareTo: '1d' }, () =>
    page.locator('#synapse-param-compareTo').press('Enter')
  );
  expect(compared.query).toMatchObject({ compareTo: '1d', job: ['synapse'] });
  await page.locator('#synapse-param-compareTo').fill('1');
  await expect(page.getByText('Add a unit, for example')).toBeVisible();

  await page.locator('#synapse-limit').fill('3');
  const limited = await asked(page, { limit: 3 }, () => page.locator('#synapse-limit').press('Enter'));
  expect(rowsOf(limited.result)).toBe(3);

  const other = await asked(page, { queryType: 'caches' }, () =>
    choose(page, page.locator('#synapse-query-type'), 'Caches')
  );
  expect(other.query).toMatchObject({ queryType: 'caches', job: ['synapse'], limit: 3 });
  expect(other.query).not.toHaveProperty('compareTo');
  expect(other.query).not.toHaveProperty('format');
  await expect(drawn(page)).toBeVisible();
});

test('help offers examples that run', async ({ page }) => {
  await explore(page, { queryType: 'eventSendTime' });
  await page.getByTestId('data-testid Show data source help').click();
  await expect(page.getByRole('heading', { name: 'What you can ask' })).toBeVisible();
  for (const type of queryTypes) {
    await expect(page.getByRole('heading', { name: type.title, exact: true }).first()).toBeVisible();
    for (const example of type.examples) {
      await expect(page.getByRole('button', { name: example.title, exact: true }).first()).toBeVisible();
    }
  }
  const type = queryTypes.find(({ id }) => id === 'transactions') ?? queryTypes[0];
  await page.getByRole('button', { name: type.examples[0].title, exact: true }).click();
  await expect(page.locator('#synapse-query-type')).toHaveValue(type.title);
  const answer = await asked(page, { queryType: type.id }, () =>
    page.getByTestId('data-testid RefreshPicker run button').click()
  );
  expect(answer.result.error).toBeUndefined();
});

test('a new panel starts with an answer', async ({ page }) => {
  await page.goto('/dashboard/new');
  await page
    .getByTestId(/Create new panel button|add-panel-button/)
    .first()
    .click();
  await page.getByRole('button', { name: 'Matrix Synapse' }).first().click();
  await expect(page.locator('#synapse-query-type')).not.toHaveValue('');
  const panel = page.locator('[data-viz-panel-key]');
  await expect(panel.locator('canvas').first()).toBeVisible();
  await expect(panel.getByRole('button', { name: /99 ?%/ })).toBeVisible();
});
