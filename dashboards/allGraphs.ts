import {
  type Dashboard,
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  type RowPanel,
} from '@grafana/grafana-foundation-sdk/dashboard';

import { dashboardOf } from './dashboard';
import { type GraphDeclaration, graphs, titleOfCheck } from './declarations';
import { docsLink } from './links';
import { catalogued, cataloguedHeatmap } from './panels/catalogue';
import { text } from './panels/text';
import { perProcessVariable } from './variables';

/** Two panels in a line. */
const width = 12;
const height = 9;

/** Every graph of the catalogue, in rows that ask nothing until they are opened; nothing of a room, so that it can be given away. */
export function allGraphs(): Dashboard {
  const dashboard = dashboardOf({
    uid: 'synapse-graphs',
    title: 'Synapse: all graphs',
    description:
      'Everything that Synapse measures, graph by graph. It names no rooms and no other homeservers, so a snapshot of it can be shared.',
    variables: [perProcessVariable],
    sections: [],
  });
  const words = text({
    heading: 'Open a row to see its graphs',
    text: `Closed rows ask nothing. [What each graph means](${docsLink('graphs.md')})`,
  }).build();
  const sections = [...new Set(graphs.map(({ section }) => section))];
  return {
    ...dashboard,
    panels: [
      { ...words, id: 1, gridPos: { x: 0, y: 0, w: 24, h: 3 } },
      ...sections.map((section, at) => rowOf(section, 10 + at, 3 + at)),
    ],
  };
}

/** A closed row with its panels, laid out as if it were the only open one. */
function rowOf(section: string, id: number, y: number): RowPanel {
  const panels = graphs.filter((graph) => graph.section === section).flatMap(panelsOf);
  return {
    type: 'row',
    title: section,
    collapsed: true,
    id,
    gridPos: { x: 0, y, w: 24, h: 1 },
    panels: panels.map((panel, at) => ({
      ...panel,
      gridPos: { x: (at % 2) * width, y: y + 1 + Math.floor(at / 2) * height, w: width, h: height },
    })),
  };
}

function panelsOf(graph: GraphDeclaration): Panel[] {
  const lines = {
    ...catalogued(graph.id, { parameters: { perProcess: '$perProcess' } }).build(),
    id: numberOf(graph.id),
  };
  const linked = { ...lines, links: linksOf(graph) };
  if (!graph.formats.includes('heatmap')) {
    return [linked];
  }
  const bands = cataloguedHeatmap(graph.id).build();
  return [linked, { ...bands, id: numberOf(`${graph.id}/heatmap`), links: linksOf(graph) }];
}

function linksOf({ check }: GraphDeclaration): DashboardLink[] {
  if (!check) {
    return [];
  }
  const link = new DashboardLinkBuilder(`Check: ${titleOfCheck[check]}`)
    .type(DashboardLinkType.Link)
    .url(docsLink(`checks/${check}.md`))
    .targetBlank(true);
  return [link.build()];
}

/** A panel's number follows from the graph's id alone, so that links hold when graphs are added. */
function numberOf(id: string): number {
  let hash = 0;
  for (const letter of id) {
    hash = (hash * 31 + letter.charCodeAt(0)) % 899_981;
  }
  return 100_000 + hash;
}
