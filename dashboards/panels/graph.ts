import {
  GraphGradientMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

import { datasource, query, resolution } from '../query';

export interface Graph {
  title: string;
  description: string;
  queryType: string;
  format: string;
  parameters?: Record<string, unknown>;
  /** Columns of the 24; by default half the width. */
  span?: number;
  /** The axis may go below 0. */
  signed?: boolean;
}

/** Lines over time. */
export function graph({ title, description, queryType, format, parameters, span = 12, signed }: Graph): PanelBuilder {
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(datasource)
    .withTarget(query(queryType, format, parameters))
    .span(span)
    .height(9);
  return (signed ? panel : panel.min(0))
    .maxDataPoints(resolution.maxDataPoints)
    .interval(resolution.interval)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
    .lineWidth(1)
    .fillOpacity(0)
    .gradientMode(GraphGradientMode.None)
    .showPoints(VisibilityMode.Auto)
    .pointSize(4)
    .axisBorderShow(false)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([])
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending).hideZeros(false));
}

/** Lines that add up to a whole, which is one homeserver's. */
export function stacked({ description, ...definition }: Graph): PanelBuilder {
  const ofOne = 'If several homeservers are shown, choose one above: their layers would add up.';
  return graph({ ...definition, description: `${description} ${ofOne}` })
    .fillOpacity(30)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
}

/** Dashed lines across the graph at both levels. */
export function withLimits(panel: PanelBuilder, warning: number, critical: number): PanelBuilder {
  return panel
    .thresholds(
      new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
        { value: null, color: 'transparent' },
        { value: warning, color: 'orange' },
        { value: critical, color: 'red' },
      ])
    )
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
    .axisSoftMax(critical);
}
