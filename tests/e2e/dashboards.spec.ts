import { type Page } from '@playwright/test';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { inDashboards, violations } from './accessibility';
import { Api, column, rowsOf } from './api';
import { expect, type Questions, test } from './fixtures';

interface Panel {
  id: number;
  type: string;
  title?: string;
  collapsed?: boolean;
  panels?: Panel[];
}

interface Dashboard {
  uid: string;
  title: string;
  panels: Panel[];
}

const folder = path.resolve(__dirname, '../../provisioning/dashboards/matrix-synapse');
const dashboards = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Dashboard);

/** Where each panel stands, by its id. */
const places = JSON.parse(readFileSync(path.resolve(__dirname, '../../src/generated/panels.json'), 'utf8')) as Record<
  string,
  { dashboard: string; panel: number }
>;

/** As people have it: the menu takes its place beside the dashboard, except on a phone. */
const looks = [
  { width: 1280, theme: 'dark' },
  { width: 1440, theme: 'light' },
  { width: 390, theme: 'dark' },
  { width: 390, theme: 'light' },
];

/** The tables of this one fit a phone; those of the others scroll sideways there. */
const narrow = 'synapse-phone';

/** Its rows stay closed until the reader opens one, and the demo can't fill every graph: it has a test of its own. */
const graphs = 'synapse-graphs';
/** Made of sections that "Synapse: diagnosis" has as well: one look is enough. */
const family = ['synapse-processes', 'synapse-database', 'synapse-federation'];

/** What only a homeserver with bridges or with an authentication service fills. */
const optional = {
  graphs: ['bridge-lag', 'bridge-transactions', 'token-checks'],
  titles: ['Delay of events to bridges', 'Transactions to bridges', 'Time of the authentication service'],
};

for (const dashboard of dashboards.filter(({ uid }) => uid !== graphs)) {
  test.describe(dashboard.title, () => {
    for (const { width, theme } of family.includes(dashboard.uid) ? looks.slice(0, 1) : looks) {
      test(`shows every panel at ${width} px, ${theme}`, async ({ page, questions }) => {
        await open(page, dashboard, width, theme);
        await look(page, dashboard, `${dashboard.uid}-${width}-${theme}`);
        expect(empty(questions)).toEqual([]);
        await page.evaluate(() => window.scrollTo(0, 0));
        // The text colours of Grafana's light palette have too little contrast, whoever uses them.
        expect(await violations(page, theme === 'light' ? [...inDashboards, 'color-contrast'] : inDashboards)).toEqual(
          []
        );
      });
    }

    test('says "no data", not an error, where there is none', async ({ page }) => {
      await page.goto(`/d/${dashboard.uid}?kiosk&var-job=nowhere`);
      await expect(page.locator('[data-viz-panel-key]').first()).toBeVisible();
      await settle(page, 1280, 0, (text) => !/: (No data|a table without rows|blank)$/.test(text));
    });

    test.describe('for a viewer', () => {
      test.use({ role: 'viewer' });

      test('names no room and no other homeserver', async ({ page, questions, playwright, sessions, baseURL }) => {
        await open(page, dashboard, 1280, 'dark');
        const text = await look(page, dashboard, `${dashboard.uid}-viewer`);
        expect(empty(questions)).toEqual([]);
        const admin = await playwright.request.newContext({ baseURL, storageState: sessions.admin });
        const rooms = await new Api(admin).query({
          queryType: 'forwardExtremities',
          format: 'rooms',
          minExtremities: 0,
        });
        const hosts = await new Api(admin).query({ queryType: 'federation', format: 'destinations', limit: 1000 });
        await admin.dispose();
        const secrets = ['room_id', 'name', 'canonical_alias']
          .flatMap((name) => column(rooms, name))
          .concat(column(hosts, 'destination'))
          .filter((value): value is string => typeof value === 'string' && value !== '');
        expect(secrets.length).toBeGreaterThan(10);
        for (const shown of [text, ...questions.bodies]) {
          expect(secrets.filter((secret) => shown.includes(secret))).toEqual([]);
          expect(shown).not.toMatch(/![\w-]{10,}(:|")/);
        }
        if (questions.all.some(({ queryType, format }) => queryType === 'forwardExtremities' && format === 'rooms')) {
          expect(text).toMatch(/room-[0-9a-f]{10}/);
        }
        if (questions.all.some(({ queryType, format }) => queryType === 'federation' && format === 'destinations')) {
          expect(text).toMatch(/server-[0-9a-f]{10}/);
        }
      });
    });
  });
}

test('each row of "Synapse: all graphs" opens without an error', async ({ page, questions }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(`/d/${graphs}?kiosk&refresh=1d`);
  const rows = dashboards.find(({ uid }) => uid === graphs)?.panels.filter(({ type }) => type === 'row') ?? [];
  expect(rows.length).toBeGreaterThan(15);
  await expect(page.getByTestId(`data-testid dashboard-row-title-${rows[0].title}`)).toBeVisible();
  expect(questions.all).toEqual([]); // nothing is asked before a row is opened
  for (const { title } of rows) {
    const row = page.getByTestId(`data-testid dashboard-row-title-${title}`);
    await row.click();
    await expect(page.locator('[data-viz-panel-key]').nth(1)).toBeVisible();
    await settle(page, 1280, 0, (text) => !/: (No data|blank)$/.test(text));
    await page.evaluate(() => window.scrollTo(0, 0));
    await row.click();
  }
});

test('a finding leads to the panel that shows it, and to Explore', async ({ page, questions }) => {
  const { dashboard, panel } = places.problems;
  await page.goto(`/d/${dashboard}?kiosk&viewPanel=panel-${panel}`);
  const finding = page.locator(`[data-viz-panel-key="panel-${panel}"] [role=gridcell] a[aria-haspopup]`).first();
  const target = async (title: string) => {
    const link = page.locator('a', { hasText: title });
    await expect(async () => {
      await finding.click();
      await expect(link).toBeVisible({ timeout: 2_000 });
    }).toPass();
    const address = (await link.getAttribute('href')) ?? '';
    await page.keyboard.press('Escape');
    return address;
  };

  const explore = new URL(await target('Open in Explore'), page.url());
  const panes = JSON.parse(explore.searchParams.get('panes') ?? '') as Record<string, { queries: object[] }>;
  expect(panes.a.queries).toMatchObject([{ refId: 'A', datasource: { uid: 'matrix-synapse' } }]);

  const led = new URL(await target('Show the graph'), page.url());
  const [uid, key] = [led.pathname.split('/')[2], led.searchParams.get('viewPanel')];
  const known = Object.values(places).map((place) => [place.dashboard, `panel-${place.panel}`]);
  expect(known).toContainEqual([uid, key]);
  await page.goto(led.href);
  await expect(page.locator(`[data-viz-panel-key="${key}"]`)).toBeVisible();
  await expect.poll(() => problems(page), { message: 'the panel shows something' }).toEqual([]);
  expect(empty(questions)).toEqual([]);
});

async function open(page: Page, { uid, panels }: Dashboard, width: number, theme: string) {
  await page.setViewportSize({ width, height: 900 });
  await page.addInitScript((docked) => localStorage.setItem('grafana.navigation.docked', docked), String(width > 1000));
  await page.goto(`/d/${uid}?theme=${theme}&refresh=1d`); // no panel refreshes meanwhile
  await expect(page.locator('[data-viz-panel-key]').first()).toBeVisible();
  // As people see it: the first screen first.
  await expect.poll(() => problems(page), { timeout: 60_000, message: 'the first screen shows something' }).toEqual([]);
  for (const { title } of panels.filter((panel) => panel.type === 'row' && panel.collapsed)) {
    const row = page.getByTestId(`data-testid dashboard-row-title-${title}`);
    await expect(async () => {
      await page.evaluate(() => window.scrollBy(0, 400)); // a row is there once it is in view
      await expect(row).toBeVisible({ timeout: 500 });
    }).toPass();
    await row.click();
  }
  await page.evaluate(() => window.scrollTo(0, 0));
}

/** Goes through the whole dashboard, asserts that every panel is well, photographs it, and returns its text. */
async function look(page: Page, dashboard: Dashboard, name: string): Promise<string> {
  const expected = dashboard.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
  const unseen = new Set(expected.filter(({ type }) => type !== 'row').map(({ id }) => id));
  const width = page.viewportSize()?.width ?? 0;
  const texts: string[] = [];
  for (let top = 0, part = 1; ; part++) {
    const height = await settle(page, width, top);
    for (const id of await page.evaluate(keys)) {
      unseen.delete(id);
    }
    texts.push(await page.locator('body').innerText());
    if (width > 1000 || dashboard.uid === narrow) {
      expect(await sideways(page), 'tables that scroll sideways').toEqual([]);
    }
    const picture = `${name}${part > 1 ? `-${part}` : ''}.png`;
    await page.screenshot({ path: path.join(test.info().project.outputDir, picture) });
    if (top + tallest >= height) {
      break;
    }
    top += tallest - overlap;
  }
  expect([...unseen], 'panels of the dashboard that never came into view').toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  return texts.join('\n');
}

const tallest = 4000; // more panels at once than people see, but not all of them
const patience = 10; // looks at a page on which nothing happens any more
const overlap = 1000; // more than the tallest panel: each is in view as a whole once

/**
 * Panels draw when they are in view, so the view is made as tall as the rest of the page. Waits until all of them are
 * well and nothing moves any more; returns the height of the page.
 */
async function settle(page: Page, width: number, top: number, matters?: (text: string) => boolean): Promise<number> {
  let before = '';
  let still = 0;
  await expect
    .poll(
      async () => {
        const height = await page.evaluate(() => document.documentElement.scrollHeight);
        await page.setViewportSize({ width, height: Math.max(600, Math.min(height - top, tallest)) });
        await page.evaluate((y) => window.scrollTo(0, y), top);
        const found = (await problems(page)).filter((text) => !matters || matters(text));
        const now = JSON.stringify([height, await page.evaluate(keys)]);
        const moved = now !== before;
        before = now;
        still = moved || found.length === 0 ? 0 : still + 1;
        if (still === patience) {
          // Grafana may overlook a panel where the view jumps, which people's scrolling does not. What is wrong stays wrong.
          await page.getByTestId('data-testid RefreshPicker run button').click();
        }
        return moved ? ['still moving', ...found] : found;
      },
      { timeout: 60_000, intervals: [500], message: 'every panel shows something' }
    )
    .toEqual([]);
  return page.evaluate(() => document.documentElement.scrollHeight);
}

/** The panels that are in view: those just below it are there as well, but ask and draw nothing yet. */
const keys = () =>
  [...document.querySelectorAll<HTMLElement>('[data-viz-panel-key]')]
    .filter((panel) => panel.getBoundingClientRect().top < innerHeight)
    .map((panel) => Number(/panel-(\d+)/.exec(panel.dataset.vizPanelKey ?? '')?.[1]));

/** The tables in view that are wider than their panel. */
const sideways = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('[role=grid], [role=treegrid]')]
      .filter((grid) => grid.scrollWidth > grid.clientWidth + 1)
      .map((grid) => grid.closest('[data-viz-panel-key]')?.querySelector('h2, h6')?.textContent ?? 'a table')
  );

/** What is wrong with the panels that are in view; still loading counts. */
async function problems(page: Page): Promise<string[]> {
  const found = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('[data-viz-panel-key]')].flatMap((panel) => {
      const title = panel.querySelector('h2, h6')?.textContent ?? panel.dataset.vizPanelKey ?? '';
      const within = (testId: string) => panel.querySelector<HTMLElement>(`[data-testid="data-testid ${testId}"]`);
      const say = (problem: string) => [{ title, problem }];
      if (panel.getBoundingClientRect().top >= innerHeight) {
        return [];
      }
      if (panel.querySelector('[aria-label="Panel loading bar"]')) {
        return say('still loading');
      }
      const status = within('Panel status error');
      if (status) {
        return say(`error ${status.ariaLabel ?? status.innerText}`);
      }
      const message = within('Panel data error message');
      if (message) {
        return say(message.innerText);
      }
      const content = within('panel content');
      if (!content) {
        return say('no content');
      }
      const cells = content.querySelectorAll('[role=gridcell]');
      if (content.querySelector('[role=grid], [role=treegrid]')) {
        return cells.length > 0 ? [] : say('a table without rows');
      }
      return (content.querySelector('canvas') ?? content.innerText.trim()) ? [] : say('blank');
    })
  );
  return found
    .filter(({ title, problem }) => !(optional.titles.includes(title) && problem === 'No data'))
    .map(({ title, problem }) => `${title}: ${problem}`);
}

/** Answers without data; the fixture sees to those with an error. */
function empty(questions: Questions): string[] {
  return questions.all
    .filter(({ queryType, query, result }) => {
      // Mostly nothing has changed, nothing fails, and the simulated homeserver lacks what is optional.
      const oftenEmpty =
        queryType === 'changes' || ['requests-errors', ...optional.graphs].includes(String(query.graph));
      return rowsOf(result) === 0 && !oftenEmpty;
    })
    .map(({ queryType, format }) => `${queryType} ${format}`);
}
