import { type ScopedVars, type TimeRange } from '@grafana/data';

import { type FilterId, filterIds } from './filters';
import { type FilterValue, type SynapseQuery } from './types';

/** What the backend can list. */
export const valueKinds = [...filterIds, 'cache', 'transaction'] as const;
type ValueKind = (typeof valueKinds)[number];

/** What the backend does not list: the caches in the order of its advice. */
export const advisedCache = 'advisedCache';

export const valueTitles: Record<ValueKind | typeof advisedCache, string> = {
  serverName: 'Homeservers (server_name)',
  job: 'Jobs',
  index: 'Indexes',
  instance: 'Instances',
  cache: 'Caches',
  advisedCache: 'Caches, those to enlarge first',
  transaction: 'Database transactions',
};

export type ValueFilters = Partial<Record<FilterId, FilterValue>>;

/** Where values to choose from come from: the data source. */
export interface ValueSource {
  values(kind: string, filters: ValueFilters, range?: TimeRange, scopedVars?: ScopedVars): Promise<string[]>;
  variableReferences(): string[];
}

/** A variable's query: which values to list, and the filters that narrow them. */
export interface VariableQuery extends SynapseQuery, ValueFilters {
  values?: string;
}

/** Dashboards written by hand may hold the bare word, as other data sources' variables do. */
export function kindOf(query: VariableQuery | string | undefined): string {
  if (typeof query === 'string') {
    return query;
  }
  return query?.values ?? (typeof query?.query === 'string' ? query.query : 'serverName');
}

/** The parameters of GET /values/<kind>; the backend takes the last hour where no range is given. */
export function valueParams(kind: string, filters: ValueFilters, range?: TimeRange): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (const id of filterIds) {
    // What is being chosen must not narrow its own choices.
    const value = id === kind ? undefined : filters[id];
    if (value !== undefined && value.length > 0) {
      params[id] = value;
    }
  }
  if (range) {
    params.from = range.from.valueOf();
    params.to = range.to.valueOf();
  }
  return params;
}
