import React, { useEffect, useRef } from 'react';
import { Combobox, type ComboboxOption } from '@grafana/ui';

interface Props<T extends string> {
  id: string;
  /** The options, or those that a text finds. */
  options: Array<ComboboxOption<T>> | ((text: string) => Promise<Array<ComboboxOption<T>>>);
  value: T | null;
  /** What the value is called, where the options are searched. */
  label?: string;
  placeholder?: string;
  width: number;
  disabled?: boolean;
  onChange: (value: T) => void;
}

/**
 * Grafana's Combobox for one of several values. It tells of a choice with every render until that choice comes back as
 * its value. Explore renders at once when a query is run, yet hands the changed query on later: each telling would run
 * the query again, without end, and take the page down. So a choice is handed on once.
 */
export function Choice<T extends string>({ value, label, onChange, ...props }: Props<T>) {
  const told = useRef<T>(undefined);
  useEffect(() => {
    told.current = undefined;
  }, [value]);
  const tell = (chosen: T) => {
    if (chosen !== told.current && chosen !== value) {
      told.current = chosen;
      onChange(chosen);
    }
  };
  const shown = value !== null && label !== undefined ? { value, label } : value;
  return <Combobox {...props} value={shown} onChange={(option) => tell(option.value)} />;
}
