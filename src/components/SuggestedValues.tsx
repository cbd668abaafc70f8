import React, { useState } from 'react';
import { type SelectableValue, type TimeRange } from '@grafana/data';
import { MultiSelect } from '@grafana/ui';

import { type FilterValue } from '../types';
import { type ValueFilters, type ValueSource } from '../values';

interface Props {
  id: string;
  /** Which values to suggest; without it every text is typed freely. */
  kind?: string;
  /** Further suggestions. */
  options?: Array<{ value: string; title: string }>;
  value: unknown;
  placeholder?: string;
  datasource: ValueSource;
  filters: ValueFilters;
  range?: TimeRange;
  onChange: (value: FilterValue | undefined) => void;
}

/**
 * Chooses any number of label values: suggested ones, dashboard variables, or whatever is typed. MultiSelect, though an
 * older part of Grafana, does what MultiCombobox of Grafana 12.2 does not: Enter takes what was typed, and fast typing
 * loses no letters while suggestions arrive.
 */
export function SuggestedValues({
  id,
  kind,
  options = [],
  value,
  placeholder = 'All',
  datasource,
  filters,
  range,
  onChange,
}: Props) {
  const [known, setKnown] = useState<string[]>([]);
  const [isLoading, setIsLoading] = useState(false);
  const load = async () => {
    if (!kind) {
      return;
    }
    setIsLoading(true);
    // Suggestions only help: the query itself shows what is wrong with the data source.
    setKnown(await datasource.values(kind, filters, range).catch(() => []));
    setIsLoading(false);
  };
  const offered = [
    ...options.map(({ value, title }) => ({ value, label: value, description: title === value ? undefined : title })),
    ...[...new Set([...datasource.variableReferences(), ...known, ...asList(value)])]
      .filter((text) => !options.some((option) => option.value === text))
      .map(asOption),
  ];
  return (
    <MultiSelect
      inputId={id}
      options={offered}
      value={asList(value).map(asOption)}
      placeholder={placeholder}
      isLoading={isLoading}
      allowCustomValue
      isClearable
      closeMenuOnSelect={false}
      noOptionsMessage="No suggestions: type a value"
      onOpenMenu={() => void load()}
      onChange={(chosen) => onChange(chosen.length > 0 ? chosen.map((option) => option.value ?? '') : undefined)}
    />
  );
}

const asOption = (text: string): SelectableValue<string> => ({ value: text, label: text });

function asList(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((entry) => typeof entry === 'string' || typeof entry === 'number').map(String);
}
