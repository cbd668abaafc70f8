import { type Builder } from '@grafana/grafana-foundation-sdk/cog';
import { type DashboardBuilder, type Panel, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

import { text } from './panels/text';

/** One question of the guide: a row, a few words on what to look at, and the panels that answer. */
export interface Section {
  /** The row's panel id; its panels count on from it, so a link to a panel outlives new sections. At most 99 panels. */
  id: number;
  title: string;
  /** Markdown: what to look at, and what to conclude. */
  text: string;
  panels: Array<Builder<Panel>>;
}

/** The id of a section's panel; the words before them take the first one. */
export const panelId = (section: Section, at: number): number => section.id + 2 + at;

export function addSection(dashboard: DashboardBuilder, section: Section): void {
  dashboard.withRow(new RowBuilder(section.title).id(section.id));
  // The dashboard writes into a panel's position where it stands, and a section may be part of two dashboards.
  [text(section.text), ...section.panels].forEach((panel, at) => {
    const id = panelId(section, at - 1);
    const built = panel.build();
    dashboard.withPanel({ build: () => ({ ...built, id, gridPos: built.gridPos && { ...built.gridPos } }) });
  });
}
