import { LegendDisplayMode, VisibilityMode, VizLegendOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/barchart';

import { datasource, query } from '../query';
import { type Graph } from './graph';

/** One bar per row, named by the first text column. */
export function bars({ title, description, queryType, format, parameters, span = 12 }: Graph): PanelBuilder {
  return new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(datasource)
    .withTarget(query(queryType, format, parameters))
    .span(span)
    .height(9)
    .min(0)
    .fillOpacity(70)
    .lineWidth(0)
    .barWidth(0.85)
    .showValue(VisibilityMode.Auto)
    .legend(new VizLegendOptionsBuilder().showLegend(false).displayMode(LegendDisplayMode.List));
}
