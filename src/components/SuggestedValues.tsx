import React, { useCallback, useId } from 'react';
import { type TimeRange } from '@grafana/data';
import { type ComboboxOption, MultiCombobox } from '@grafana/ui';

import { type SynapseDatasource } from '../datasource';
import { type FilterValue } from '../types';
import { type ValueFilters } from '../values';

interface Props {
  label: string;
  /** Which values to suggest; without it every text is typed freely. */
  kind?: string;
  value: unknown;
  placeholder?: string;
  datasource: SynapseDatasource;
  filters: ValueFilters;
  range?: TimeRange;
  onChange: (value: FilterValue | undefined) => void;
}

/** Chooses any number of label values: suggested ones, dashboard variables, or whatever is typed. */
export function SuggestedValues({
  label,
  kind,
  value,
  placeholder = 'All',
  datasource,
  filters,
  range,
  onChange,
}: Props) {
  const labelId = useId();
  const loadOptions = useCallback(
    async (input: string): Promise<ComboboxOption[]> => {
      const known = kind ? await datasource.values(kind, filters, range).catch(() => []) : [];
      return [...datasource.variableReferences(), ...known]
        .filter((text) => text.toLowerCase().includes(input.toLowerCase()))
        .map((text) => ({ value: text, label: text }));
    },
    [kind, datasource, filters, range]
  );
  return (
    <>
      {/* MultiCombobox takes its name from an element only; an element that is not drawn will do. */}
      <span id={labelId} hidden>
        {label}
      </span>
      <MultiCombobox
        aria-labelledby={labelId}
        options={loadOptions}
        value={asList(value)}
        createCustomValue
        isClearable
        width="auto"
        minWidth={20}
        maxWidth={60}
        placeholder={placeholder}
        onChange={(chosen) => onChange(chosen.length > 0 ? chosen.map((option) => option.value) : undefined)}
      />
    </>
  );
}

export function asList(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((entry) => typeof entry === 'string' || typeof entry === 'number').map(String);
}
