import {
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/trend';

import { datasource, query, resolution } from '../query';
import { type Graph } from './graph';
import { arrange } from './table';

const longest = 10.4;

/**
 * Columns of a table over its first one; the data source says how each is drawn. Grafana draws one curve: the first of
 * so many points.
 */
export function curve(definition: Graph, columns: string[], points: number): PanelBuilder {
  const { title, description, queryType, format, parameters, span = 12 } = definition;
  return (
    new PanelBuilder()
      .title(title)
      .description(description)
      .datasource(datasource)
      .withTarget(query(queryType, format, parameters))
      .maxDataPoints(resolution.maxDataPoints)
      .interval(resolution.interval)
      .transformations([{ id: 'limit', options: { limitField: points } }, arrange(queryType, format, columns)])
      .span(span)
      .height(10)
      .axisBorderShow(false)
      // Space for the last number of the axis.
      .overrideByName(columns[0], [{ id: 'max', value: longest }])
      .legend(
        new VizLegendOptionsBuilder()
          .showLegend(true)
          .displayMode(LegendDisplayMode.List)
          .placement(LegendPlacement.Bottom)
          .calcs([])
      )
      .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.None).hideZeros(false))
  );
}
