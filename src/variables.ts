import { CustomVariableSupport, type DataQueryRequest, type DataQueryResponse } from '@grafana/data';
import { type DataSourceWithBackend } from '@grafana/runtime';
import { from, map, type Observable } from 'rxjs';

import { advisedCaches } from './advisedCaches';
import { VariableQueryEditor } from './components/VariableQueryEditor';
import { type SynapseOptions, type SynapseQuery } from './types';
import { advisedCache, kindOf, type ValueSource, type VariableQuery } from './values';

type Source = DataSourceWithBackend<SynapseQuery, SynapseOptions> & ValueSource;

export class SynapseVariableSupport extends CustomVariableSupport<Source, VariableQuery, SynapseQuery, SynapseOptions> {
  override editor = VariableQueryEditor;

  constructor(private readonly datasource: Source) {
    super();
  }

  override query(request: DataQueryRequest<VariableQuery>): Observable<DataQueryResponse> {
    const [target] = request.targets;
    const kind = kindOf(target);
    const values =
      kind === advisedCache
        ? advisedCaches(this.datasource, request)
        : from(this.datasource.values(kind, target, request.range, request.scopedVars));
    return values.pipe(map((list) => ({ data: list.map((text) => ({ text, value: text })) })));
  }

  override getDefaultQuery(): Partial<VariableQuery> {
    return { values: 'serverName' };
  }
}
