import { type DataFrame, type DataQueryRequest } from '@grafana/data';
import { type DataSourceWithBackend } from '@grafana/runtime';
import { map, type Observable } from 'rxjs';

import { filterIds } from './filters';
import { findQueryType } from './queryTypes';
import { type SynapseOptions, type SynapseQuery } from './types';
import { type ValueFilters } from './values';

/**
 * The caches, those to enlarge first, so that a variable starts with the one to look at. The verdicts alone know that
 * order: /values/cache would be cheaper, but lists names from A to Z.
 */
export function advisedCaches(
  datasource: DataSourceWithBackend<SynapseQuery, SynapseOptions>,
  request: DataQueryRequest<SynapseQuery & ValueFilters>
): Observable<string[]> {
  const [asked] = request.targets;
  const limit = findQueryType('cacheFactors')?.limit?.max;
  const filters: ValueFilters = Object.fromEntries(filterIds.map((id) => [id, asked[id]]));
  const target = { refId: asked.refId, queryType: 'cacheFactors', format: 'table', limit, ...filters };
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
