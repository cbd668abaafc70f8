import React, { useState } from 'react';
import { Button, IconButton, Stack, Text } from '@grafana/ui';

import { numberProblem } from '../../durations';
import { Choice } from '../Choice';
import { DraftInput } from '../DraftInput';

type Row = Record<string, number | undefined>;

interface Props {
  id: string;
  /** What a row is about, such as "check". */
  noun: string;
  names: string[];
  columns: Array<{ key: string; label: string }>;
  rows: Record<string, Row>;
  readOnly?: boolean;
  onChange: (rows: Record<string, Row>) => void;
}

/** A small table of named rows with a number or two each. */
export function KeyedNumbers({ id, noun, names, columns, rows, readOnly, onChange }: Props) {
  // A row that was just added has no number yet, and a row without numbers is not stored.
  const [added, setAdded] = useState<string[]>([]);
  const shown = [...new Set([...Object.keys(rows), ...added])];
  const set = (name: string, key: string, text: string) => {
    const row: Row = { ...rows[name], [key]: text === '' ? undefined : Number(text) };
    const numbers = Object.entries(row).filter(([, value]) => value !== undefined);
    if (numbers.length === 0) {
      setAdded([...added, name]);
      onChange(without(rows, name));
    } else {
      onChange({ ...rows, [name]: Object.fromEntries(numbers) });
    }
  };
  const remove = (name: string) => {
    setAdded(added.filter((other) => other !== name));
    onChange(without(rows, name));
  };
  return (
    <Stack direction="column" gap={1}>
      {shown.map((name) => (
        <Stack key={name} direction="row" gap={1} alignItems="center" wrap="wrap">
          <div style={{ minWidth: 260 }}>
            <Text>{name}</Text>
          </div>
          {columns.map(({ key, label }) => (
            <DraftInput
              key={key}
              id={`${id}-${name}-${key}`}
              label={`${label} of ${name}`}
              value={String(rows[name]?.[key] ?? '')}
              placeholder={label}
              width={16}
              disabled={readOnly}
              problem={(text) => numberProblem(text)}
              onCommit={(text) => set(name, key, text)}
            />
          ))}
          <IconButton name="trash-alt" tooltip={`Remove ${name}`} disabled={readOnly} onClick={() => remove(name)} />
        </Stack>
      ))}
      <AddRow
        id={id}
        noun={noun}
        names={names.filter((name) => !shown.includes(name))}
        disabled={readOnly}
        onAdd={(name) => setAdded([...added, name])}
      />
    </Stack>
  );
}

interface AddRowProps {
  id: string;
  noun: string;
  names: string[];
  disabled?: boolean;
  onAdd: (name: string) => void;
}

function AddRow({ id, noun, names, disabled, onAdd }: AddRowProps) {
  const [name, setName] = useState('');
  const add = () => {
    onAdd(name.trim());
    setName('');
  };
  return (
    <Stack direction="row" gap={1} alignItems="center">
      <Choice
        id={`${id}-add`}
        options={names.map((value) => ({ value, label: value }))}
        value={name || null}
        placeholder={`Choose a ${noun}`}
        createCustomValue
        disabled={disabled}
        width={32}
        onChange={setName}
      />
      <Button variant="secondary" icon="plus" disabled={disabled || name.trim() === ''} onClick={add}>
        Add {noun}
      </Button>
    </Stack>
  );
}

function without(rows: Record<string, Row>, name: string): Record<string, Row> {
  return Object.fromEntries(Object.entries(rows).filter(([other]) => other !== name));
}
