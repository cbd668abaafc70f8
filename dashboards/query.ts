import { type Builder, type Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { type DataSourceRef } from '@grafana/grafana-foundation-sdk/common';

export const pluginId = 'matrix-synapse-datasource';

/** The data source that the reader picked: dashboards never name one of their own. */
export const datasource: DataSourceRef = { type: pluginId, uid: '${datasource}' };

/**
 * How finely panels ask, whatever their width: coarse enough that a point stands for many scrapes, and the same for all,
 * so that those which need the same of Prometheus share one answer.
 */
export const resolution = { maxDataPoints: 240, interval: '1m' };

/** One query of this plugin, narrowed by the dashboard's variables. `parameters` are the query type's own. */
export function query(queryType: string, format: string, parameters: Record<string, unknown> = {}): Builder<Dataquery> {
  const model = {
    refId: 'A',
    datasource,
    queryType,
    format,
    serverName: '$server',
    job: '$job',
    index: '$index',
    ...parameters,
  };
  return { build: () => model as unknown as Dataquery };
}
