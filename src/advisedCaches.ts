import { type DataFrame, type DataQueryRequest } from '@grafana/data';
import { type DataSourceWithBackend } from '@grafana/runtime';
import { map, type Observable } from 'rxjs';

import { findQueryType } from './queryTypes';
import { type SynapseOptions, type SynapseQuery } from './types';
import { type ValueFilters } from './values';

/** The caches, those whose size is worth a look first. */
export function advisedCaches(
  datasource: DataSourceWithBackend<SynapseQuery, SynapseOptions>,
  request: DataQueryRequest<SynapseQuery & ValueFilters>
): Observable<string[]> {
  const [{ refId, serverName, job, index, instance }] = request.targets;
  const limit = findQueryType('cacheFactors')?.limit?.max;
  const target = { refId, queryType: 'cacheFactors', format: 'table', limit, serverName, job, index, instance };
  return datasource.query({ ...request, targets: [target] }).pipe(
    map(({ data, errors }) => {
      if (errors?.length) {
        throw new Error(errors[0].message);
      }
      const frames = data as Array<DataFrame | undefined>;
      const names = frames[0]?.fields.find(({ name }) => name === 'cache')?.values ?? [];
      return [...new Set(names as string[])];
    })
  );
}
