import { ScaleDistribution, ScaleDistributionConfigBuilder } from '@grafana/grafana-foundation-sdk/common';
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapColorScale,
  HeatmapTooltipBuilder,
  PanelBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { AxisPlacement, TooltipDisplayMode, VisibilityMode } from '@grafana/grafana-foundation-sdk/common';

import { datasource, query } from '../query';
import { type Graph } from './graph';

interface Heatmap extends Graph {
  /** That of the buckets' bounds. */
  unit?: string;
}

/** Buckets over time, one row of cells per bucket. */
export function heatmap({
  title,
  description,
  queryType,
  format,
  parameters,
  span = 12,
  unit = 's',
}: Heatmap): PanelBuilder {
  return new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(datasource)
    .withTarget(query(queryType, format, parameters))
    .span(span)
    .height(9)
    .maxDataPoints(120)
    .interval('1m')
    .calculate(false)
    .cellGap(0)
    .color(
      new HeatmapColorOptionsBuilder()
        .mode(HeatmapColorMode.Scheme)
        .scheme('Blues')
        .scale(HeatmapColorScale.Exponential)
        .exponent(0.5)
        .steps(64)
    )
    .showValue(VisibilityMode.Never)
    .yAxis(new YAxisConfigBuilder().unit(unit).axisPlacement(AxisPlacement.Left))
    .tooltip(new HeatmapTooltipBuilder().mode(TooltipDisplayMode.Single).showColorScale(true))
    .showLegend()
    .scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Linear));
}
