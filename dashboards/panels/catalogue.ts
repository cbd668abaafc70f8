import { type Builder } from '@grafana/grafana-foundation-sdk/cog';
import { LineInterpolation } from '@grafana/grafana-foundation-sdk/common';
import { type Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { type PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

import { type GraphDeclaration, graphs } from '../declarations';
import { type Graph, graph, stacked, withLimits } from './graph';
import { heatmap } from './heatmap';

interface Options {
  limit?: number;
  span?: number;
  /** The parameters of the query beside the graph. */
  parameters?: Record<string, unknown>;
}

/** A graph of the catalogue, titled and described as it is declared. */
export function catalogued(id: string, { limit, span, parameters }: Options = {}): PanelBuilder {
  const declared = find(id);
  const format = declared.formats.includes('quantiles') ? 'quantiles' : 'series';
  const definition: Graph = {
    title: declared.title,
    description: explain(declared),
    queryType: 'graph',
    format,
    parameters: { graph: id, ...(limit && { limit }), ...parameters },
    span,
  };
  return drawn(declared, definition);
}

/** The distribution that a graph of the catalogue draws as quantiles or lines, as a heatmap. */
export function cataloguedHeatmap(id: string): Builder<Panel> {
  const declared = find(id);
  return heatmap({
    title: `${declared.title}: heatmap`,
    description: explain(declared),
    queryType: 'graph',
    format: 'heatmap',
    parameters: { graph: id },
    unit: declared.unit,
  });
}

function find(id: string): GraphDeclaration {
  const declared = graphs.find((graph) => graph.id === id);
  if (!declared) {
    throw new Error(`There is no graph "${id}".`);
  }
  return declared;
}

const explain = ({ help, worry }: GraphDeclaration): string => (worry ? `${help} When to worry: ${worry}` : help);

function drawn({ kind, levels, signed }: GraphDeclaration, definition: Graph): PanelBuilder {
  const panel = kind === 'stack' ? stacked(definition) : graph({ ...definition, signed });
  if (kind === 'states') {
    panel.lineInterpolation(LineInterpolation.StepAfter);
  }
  if (levels) {
    withLimits(panel, levels.warning, levels.critical);
  }
  return panel.overrideByRegexp('/^limit( |$)/', [
    { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 8] } },
    { id: 'custom.fillOpacity', value: 0 },
    { id: 'color', value: { mode: 'fixed', fixedColor: 'text' } },
  ]);
}
