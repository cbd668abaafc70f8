import { type Builder } from '@grafana/grafana-foundation-sdk/cog';
import { type DashboardBuilder, type Panel, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

import { checksOf } from './checks';
import { text } from './panels/text';
import { verdictOf } from './verdict';

/** One question of the guide: a row, a few words on what to look at, the verdict, and the panels that answer. */
export interface Section {
  /** The row's panel id; its panels count on from it, so a link to a panel outlives new sections. At most 47 panels. */
  id: number;
  title: string;
  /** The words' own title: the rule to take away. */
  heading: string;
  /** Markdown: what to look at, and what to conclude. */
  text: string;
  panels: Array<Builder<Panel>>;
}

/** The id of a section's panel; the words before them take the first one, the verdict the last one. */
export const panelId = (section: Section, at: number): number => section.id + 2 + at;

export function addSection(dashboard: DashboardBuilder, section: Section): void {
  dashboard.withRow(new RowBuilder(section.title).id(section.id));
  const checks = checksOf(section.panels);
  add(dashboard, section.id + 1, text(section));
  if (checks.length > 0) {
    add(dashboard, section.id + 49, verdictOf(checks));
  }
  section.panels.forEach((panel, at) => add(dashboard, panelId(section, at), panel));
}

/** The dashboard writes into a panel's position where it stands, and a section may be part of two dashboards. */
function add(dashboard: DashboardBuilder, id: number, panel: Builder<Panel>): void {
  const built = panel.build();
  dashboard.withPanel({ build: () => ({ ...built, id, gridPos: built.gridPos && { ...built.gridPos } }) });
}
