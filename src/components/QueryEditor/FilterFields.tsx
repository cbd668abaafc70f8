import React from 'react';
import { type TimeRange } from '@grafana/data';
import { EditorField } from '@grafana/plugin-ui';

import { type FilterId } from '../../filters';
import { type FilterValue } from '../../types';
import { type ValueFilters, type ValueSource } from '../../values';
import { SuggestedValues } from '../SuggestedValues';

interface Props {
  ids: FilterId[];
  query: ValueFilters;
  datasource: ValueSource;
  range?: TimeRange;
  onChange: (changed: Partial<Record<FilterId, FilterValue | undefined>>) => void;
}

const labels: Record<FilterId, { label: string; tooltip: string }> = {
  serverName: { label: 'Homeserver', tooltip: 'Synapse’s server_name. Empty means all homeservers, each on its own.' },
  job: { label: 'Job', tooltip: 'The Prometheus job: usually the kind of worker.' },
  index: { label: 'Index', tooltip: 'Tells workers of one kind apart, if your scrape configuration sets it.' },
  instance: { label: 'Instance', tooltip: 'The address at which Prometheus scrapes one process.' },
};

/** Restricts a query to homeservers and processes. */
export function FilterFields({ ids, query, datasource, range, onChange }: Props) {
  return (
    <>
      {ids.map((id) => (
        <EditorField key={id} {...labels[id]} width={24}>
          <SuggestedValues
            id={`synapse-filter-${id}`}
            kind={id}
            value={query[id]}
            datasource={datasource}
            filters={query}
            range={range}
            onChange={(value) => onChange({ [id]: value })}
          />
        </EditorField>
      ))}
    </>
  );
}
