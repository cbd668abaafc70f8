import { type Builder } from '@grafana/grafana-foundation-sdk/cog';
import { type DashboardBuilder, type Panel, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

import { checks } from './declarations';
import { text } from './panels/text';
import { verdictOf } from './verdict';

/** One question of the guide: a row, a few words on what to look at, the verdict, and the panels that answer. */
export interface Section {
  /**
   * The row's number. The panels count on from it, and links hold these numbers: append new panels, never insert them.
   * At most 47 panels.
   */
  id: number;
  title: string;
  /** Closed until the reader opens it: it asks nothing before. */
  closed?: boolean;
  /** The words' own title: the rule to take away. */
  heading?: string;
  /** Markdown: what to look at, and what to conclude. */
  text?: string;
  /** The panels by id, in the order in which they are shown. Checks name the panel that shows what they measure. */
  panels: Record<string, Builder<Panel>>;
}

/** A panel of a section and where it stands. */
export interface NumberedPanel {
  /** What checks may call it: its id, and "graph:<id>" for the graph of the catalogue that it draws. */
  names: string[];
  /** Its number in the dashboard; the words before the panels take the first one, the verdict the last one. */
  number: number;
  panel: Panel;
  /** What it asks. */
  asks: { queryType?: string; format?: string; graph?: string };
}

export function panelsOf({ id, panels }: Section): NumberedPanel[] {
  return Object.entries(panels).map(([name, builder], at) => {
    const panel = builder.build();
    return { names: [name, ...graphsIn(panel)], number: id + 2 + at, panel, asks: asked(panel) };
  });
}

function graphsIn({ targets = [] }: Panel): string[] {
  return (targets as Array<{ graph?: string }>).flatMap(({ graph }) => (graph ? [`graph:${graph}`] : []));
}

function asked({ targets = [] }: Panel): NumberedPanel['asks'] {
  const { queryType, format, graph } = (targets[0] ?? {}) as NumberedPanel['asks'];
  return { queryType, format, graph };
}

export function addSection(dashboard: DashboardBuilder, section: Section): void {
  const panels = panelsOf(section);
  if (section.closed) {
    const row = new RowBuilder(section.title).id(section.id).collapsed(true);
    panels.forEach(({ number, panel }) => row.withPanel(placed(number, panel)));
    dashboard.withRow(row);
    return;
  }
  dashboard.withRow(new RowBuilder(section.title).id(section.id));
  if (section.heading && section.text) {
    add(dashboard, section.id + 1, text({ heading: section.heading, text: section.text }).build());
  }
  const judged = checks.filter(({ panel }) => panels.some(({ names }) => names.includes(panel)));
  if (judged.length > 0) {
    add(dashboard, section.id + 49, verdictOf(judged.map(({ id }) => id)).build());
  }
  panels.forEach(({ number, panel }) => add(dashboard, number, panel));
}

function add(dashboard: DashboardBuilder, id: number, panel: Panel): void {
  dashboard.withPanel(placed(id, panel));
}

/** The dashboard writes into a panel's position where it stands, and a section may be part of two dashboards. */
function placed(id: number, panel: Panel): Builder<Panel> {
  return { build: () => ({ ...panel, id, gridPos: panel.gridPos && { ...panel.gridPos } }) };
}
