import { type Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';

import { datasource, pluginId } from './query';

type Kind = 'serverName' | 'job' | 'index';

/** Values that the data source knows, all of them chosen at first; `filters` are what was chosen before. */
function values(name: string, label: string, description: string, kind: Kind, filters: Partial<Record<Kind, string>>) {
  return new QueryVariableBuilder(name)
    .label(label)
    .description(description)
    .datasource(datasource)
    .query({ refId: 'Variable', values: kind, ...filters })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .current({ text: ['All'], value: ['$__all'], selected: true });
}

export const variables: Array<Builder<VariableModel>> = [
  new DatasourceVariableBuilder('datasource')
    .label('Data source')
    .description('A data source of the plugin Matrix Synapse.')
    .type(pluginId),
  values('server', 'Homeserver', 'The server_name of the homeservers to look at.', 'serverName', {}),
  values('job', 'Job', 'The kinds of process, as Prometheus scrapes them.', 'job', { serverName: '$server' }),
  values('index', 'Index', 'The processes of a job, where the scrape configuration numbers them.', 'index', {
    serverName: '$server',
    job: '$job',
  }),
];

/** One cache to look at closely: the first that is worth it, until the reader chooses. */
export const cacheVariable = new QueryVariableBuilder('cache')
  .label('Cache')
  .description('The cache of the panels "What if another size", those worth a change first.')
  .datasource(datasource)
  .query({ refId: 'Variable', values: 'advisedCache', serverName: '$server', job: '$job', index: '$index' })
  .refresh(VariableRefresh.OnTimeRangeChanged)
  .sort(VariableSort.Disabled)
  .multi(false)
  .includeAll(false);
