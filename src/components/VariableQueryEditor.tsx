import React from 'react';
import { type TimeRange } from '@grafana/data';
import { EditorField, EditorRow, EditorRows } from '@grafana/plugin-ui';

import { filterIds } from '../filters';
import { kindOf, type ValueSource, valueTitles, type VariableQuery } from '../values';
import { Choice } from './Choice';
import { FilterFields } from './QueryEditor/FilterFields';

interface Props {
  query: VariableQuery;
  datasource: ValueSource;
  range?: TimeRange;
  onChange: (query: VariableQuery) => void;
}

const options = Object.entries(valueTitles).map(([value, label]) => ({ value, label }));

/** The query of a dashboard variable: what to list, and what narrows it. */
export function VariableQueryEditor({ query, datasource, range, onChange }: Props) {
  const kind = kindOf(query);
  const change = (changed: Partial<VariableQuery>) =>
    onChange({ ...(typeof query === 'object' ? query : { refId: 'variable' }), values: kind, ...changed });
  return (
    <EditorRows>
      <EditorRow>
        <EditorField label="List" tooltip="The values that the variable offers.">
          <Choice
            id="synapse-variable-kind"
            options={options}
            value={kind}
            onChange={(values) => change({ values })}
            width={32}
          />
        </EditorField>
      </EditorRow>
      <EditorRow>
        <FilterFields
          ids={filterIds.filter((id) => id !== kind)}
          query={query}
          datasource={datasource}
          range={range}
          onChange={change}
        />
      </EditorRow>
    </EditorRows>
  );
}
