import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardLinkBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';

import { datasource, query, resolution } from '../query';
import { type Graph } from './graph';

interface Stat extends Graph {
  /** Orange from the first, red from the second; the number is plain without. */
  levels?: number[];
  /** Which of the answer's lines is shown; by default the first, which is the highest. */
  line?: string;
  /** Shown where nothing is measured; by default a dash. */
  none?: string;
  /** The panel's address that shows more. */
  link: { title: string; url: string };
}

/** One number with its recent past, painted by its levels. */
export function stat({
  title,
  description,
  queryType,
  format,
  parameters,
  levels,
  line,
  link,
  none = '–',
  span = 4,
}: Stat): PanelBuilder {
  return new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(datasource)
    .withTarget(query(queryType, format, { limit: 1, ...parameters }))
    .maxDataPoints(resolution.maxDataPoints)
    .interval(resolution.interval)
    .span(span)
    .height(4)
    .noValue(none)
    .reduceOptions(
      new ReduceDataOptionsBuilder()
        .calcs(['lastNotNull'])
        .values(false)
        .fields(line ?? '')
    )
    .graphMode(BigValueGraphMode.Area)
    .colorMode(levels ? BigValueColorMode.Value : BigValueColorMode.None)
    .textMode(BigValueTextMode.Value)
    .thresholds(
      new ThresholdsConfigBuilder()
        .mode(ThresholdsMode.Absolute)
        .steps([
          { value: null, color: 'green' },
          ...(levels ?? []).map((value, at) => ({ value, color: at === 0 ? 'orange' : 'red' })),
        ])
    )
    .dataLinks([new DashboardLinkBuilder(link.title).url(link.url)]);
}
