import React from 'react';
import { type ComboboxOption } from '@grafana/ui';

import { findOptions, type Param, type ParamOption } from '../../queryTypes';
import { Choice } from '../Choice';

interface Props {
  id: string;
  param: Param;
  value: string;
  /** What can decide it instead, like `$graph`. */
  variables: string[];
  onChange: (value: string) => void;
}

const shown = ({ value, title, group, description }: ParamOption): ComboboxOption => ({
  value,
  label: title,
  group,
  description,
});

/** One of many values, found by words of its title, its meaning or the metrics that it reads. */
export function SearchedChoice({ id, param, value, variables, onChange }: Props) {
  const options = param.options ?? [];
  const chosen = options.find((option) => option.value === value);
  return (
    <Choice
      id={id}
      options={(text) =>
        Promise.resolve([
          ...findOptions(options, text).map(shown),
          ...variables.filter((name) => name.includes(text)).map((name) => ({ value: name, label: name })),
        ])
      }
      value={value}
      label={chosen?.title}
      onChange={onChange}
      width={48}
    />
  );
}
