import { DataSourcePlugin } from '@grafana/data';

import { ConfigEditor } from './components/ConfigEditor/ConfigEditor';
import { QueryEditor } from './components/QueryEditor/QueryEditor';
import { QueryEditorHelp } from './components/QueryEditor/QueryEditorHelp';
import { SynapseDatasource } from './datasource';
import { type SynapseOptions, type SynapseQuery, type SynapseSecrets } from './types';

export const plugin = new DataSourcePlugin<SynapseDatasource, SynapseQuery, SynapseOptions, SynapseSecrets>(
  SynapseDatasource
)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor)
  .setQueryEditorHelp(QueryEditorHelp);
