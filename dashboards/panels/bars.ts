import {
  AxisPlacement,
  LegendDisplayMode,
  LegendPlacement,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  StackingMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/barchart';

import { datasource, query, resolution } from '../query';
import { type Graph } from './graph';
import { arrange } from './table';

/** One bar per row, named by the first text column, and one panel per homeserver. */
function horizontal({ title, description, queryType, format, parameters, span = 12 }: Graph): PanelBuilder {
  return new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(datasource)
    .withTarget(query(queryType, format, parameters))
    .maxDataPoints(resolution.maxDataPoints)
    .interval(resolution.interval)
    .span(span)
    .height(9)
    .min(0)
    .repeat('server')
    .repeatDirection('v')
    .fillOpacity(70)
    .lineWidth(0)
    .orientation(VizOrientation.Horizontal)
    .barWidth(0.85);
}

/** The scale is logarithmic: a single bad room must be seen beside thousands of good ones. */
export function bars(definition: Graph): PanelBuilder {
  return (
    horizontal(definition)
      .xTickLabelMaxLength(20)
      .showValue(VisibilityMode.Always)
      .scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Symlog).log(10).linearThreshold(1))
      // The numbers stand on the bars.
      .overrideByFieldType('number', [
        { id: 'custom.axisPlacement', value: AxisPlacement.Hidden },
        { id: 'custom.axisGridShow', value: false },
      ])
      .legend(new VizLegendOptionsBuilder().showLegend(false).displayMode(LegendDisplayMode.List))
  );
}

/** Bars of several parts, one for each of a table's columns; the first column names the bar. */
export function parts(definition: Graph, columns: string[]): PanelBuilder {
  return horizontal(definition)
    .withTransformation(arrange(definition.queryType, definition.format, columns))
    .xTickLabelMaxLength(30)
    .showValue(VisibilityMode.Never)
    .stacking(StackingMode.Normal)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([])
    );
}
