import { AxeBuilder } from '@axe-core/playwright';
import { type Page } from '@playwright/test';

/** What Grafana's own frame of every page breaks, whatever is in it. */
const ofGrafana = ['heading-order', 'list', 'region'];

/** What Grafana breaks around panels: titles of rows, pickers of variables, links in text, panels of one title in two rows. */
export const inDashboards = [
  ...['aria-required-attr', 'label', 'label-content-name-mismatch', 'link-in-text-block', 'page-has-heading-one'],
  ...['scrollable-region-focusable', 'aria-valid-attr-value', 'landmark-unique'],
];

/** What axe finds wrong with a page, or with a part of it: the rule and the element. */
export async function violations(page: Page, allowed: string[] = [], part?: string): Promise<string[]> {
  const axe = new AxeBuilder({ page }).disableRules([...ofGrafana, ...allowed]);
  const { violations } = await (part ? axe.include(part) : axe).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, html, any }) => `${id}: ${target.join(' ')} ${html.slice(0, 120)} ${any[0]?.message ?? ''}`)
  );
}
