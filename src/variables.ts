import { CustomVariableSupport, type DataQueryRequest, type DataQueryResponse } from '@grafana/data';
import { from, map, type Observable } from 'rxjs';

import { advisedCaches } from './advisedCaches';
import { VariableQueryEditor } from './components/VariableQueryEditor';
import { type SynapseDatasource } from './datasource';
import { type SynapseOptions, type SynapseQuery } from './types';
import { advisedCache, type ValueFilters } from './values';

/** A variable's query: which values to list, and the filters that narrow them. */
export interface VariableQuery extends SynapseQuery, ValueFilters {
  values?: string;
}

export class SynapseVariableSupport extends CustomVariableSupport<
  SynapseDatasource,
  VariableQuery,
  SynapseQuery,
  SynapseOptions
> {
  override editor = VariableQueryEditor;

  constructor(private readonly datasource: SynapseDatasource) {
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

/** Dashboards written by hand may hold the bare word, as other data sources' variables do. */
export function kindOf(query: VariableQuery | string | undefined): string {
  if (typeof query === 'string') {
    return query;
  }
  return query?.values ?? (typeof query?.query === 'string' ? query.query : 'serverName');
}
