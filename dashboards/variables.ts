import { type Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  CustomVariableBuilder,
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
    .description('The Matrix Synapse data source to read from.')
    .type(pluginId),
  values('server', 'Homeserver', 'The server_name of each homeserver.', 'serverName', {}),
  values('job', 'Job', 'The Prometheus job: usually the kind of worker.', 'job', { serverName: '$server' }),
  values('index', 'Index', 'Tells the processes of a job apart, if your scrape configuration sets it.', 'index', {
    serverName: '$server',
    job: '$job',
  }),
];

/** Splits every graph by process. */
export const perProcessVariable = new CustomVariableBuilder('perProcess')
  .label('Per process')
  .description('One line for each process instead of one for the homeserver.')
  .values('no : false,yes : true')
  .current({ text: 'no', value: 'false', selected: true })
  .options([
    { text: 'no', value: 'false', selected: true },
    { text: 'yes', value: 'true', selected: false },
  ])
  .multi(false)
  .includeAll(false);

/** One cache to look at closely: the first that is worth it, until the reader chooses. */
export const cacheVariable = new QueryVariableBuilder('cache')
  .label('Cache')
  .description('The cache to look at in detail. Caches to change come first.')
  .datasource(datasource)
  .query({ refId: 'Variable', values: 'advisedCache', serverName: '$server', job: '$job', index: '$index' })
  .refresh(VariableRefresh.OnTimeRangeChanged)
  .sort(VariableSort.Disabled)
  .multi(false)
  .includeAll(false);
