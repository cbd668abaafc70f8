import {
  LegendDisplayMode,
  LegendPlacement,
  VisibilityMode,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';

import { datasource, query, resolution } from '../query';
import { type Graph } from './graph';

/** States over time, a line each; the data source names and paints them. */
export function timeline({ title, description, queryType, format, parameters, span = 24 }: Graph): PanelBuilder {
  return new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(datasource)
    .withTarget(query(queryType, format, parameters))
    .maxDataPoints(resolution.maxDataPoints)
    .interval(resolution.interval)
    .span(span)
    .height(8)
    .noValue('No check found a problem in this time range.')
    .mergeValues(true)
    .showValue(VisibilityMode.Never)
    .rowHeight(0.8)
    .lineWidth(0)
    .fillOpacity(80)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(false)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
    );
}
