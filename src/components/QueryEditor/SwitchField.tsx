import React from 'react';
import { EditorSwitch } from '@grafana/plugin-ui';

import { isVariable } from '../../inputProblems';
import { isOn } from '../../settings';
import { Choice } from '../Choice';

interface Props {
  id: string;
  value: unknown;
  fallback: boolean;
  /** The dashboard's variables, any of which may decide. */
  variables: string[];
  /** Undefined takes the switch out of the query: the default holds. */
  onChange: (value: boolean | string | undefined) => void;
}

/** A switch; where a variable may decide, which a switch can't show, a choice of yes, no and the variables. */
export function SwitchField({ id, value, fallback, variables, onChange }: Props) {
  const turn = (on: boolean) => onChange(on === fallback ? undefined : on);
  const decided = typeof value === 'string' && isVariable(value) ? value : undefined;
  if (variables.length === 0 && !decided) {
    return (
      <EditorSwitch
        id={id}
        value={isOn(value, fallback)}
        onChange={({ currentTarget }) => turn(currentTarget.checked)}
      />
    );
  }
  return (
    <Choice
      id={id}
      options={[
        { value: 'true', label: 'Yes' },
        { value: 'false', label: 'No' },
        ...[...new Set([...variables, ...(decided ? [decided] : [])])].map((name) => ({ value: name, label: name })),
      ]}
      value={decided ?? String(isOn(value, fallback))}
      width={16}
      onChange={(chosen) => (isVariable(chosen) ? onChange(chosen) : turn(chosen === 'true'))}
    />
  );
}
