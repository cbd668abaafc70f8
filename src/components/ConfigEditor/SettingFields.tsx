import React from 'react';
import { Field, Switch } from '@grafana/ui';

import { durationProblem, numberProblem, wholeProblem } from '../../inputProblems';
import { isOn, settingDefaults, withSetting } from '../../settings';
import { type SynapseOptions } from '../../types';
import { DraftInput } from '../DraftInput';

/** What every part of the settings page gets: the settings, and a way to change them. */
export interface SettingsProps {
  settings: SynapseOptions;
  readOnly?: boolean;
  onChange: (settings: SynapseOptions) => void;
}

type KeysOf<T> = {
  [K in keyof SynapseOptions]-?: SynapseOptions[K] extends T | undefined ? K : never;
}[keyof SynapseOptions];

type Switches = KeysOf<boolean> & keyof typeof settingDefaults;

interface FieldProps<K> extends SettingsProps {
  setting: K;
  label: string;
  help: string;
}

const width = 40;

function defaultText(key: keyof SynapseOptions): string {
  const value = (settingDefaults as Partial<Record<keyof SynapseOptions, string | boolean>>)[key];
  return typeof value === 'string' ? value : '';
}

interface TextProps extends FieldProps<KeysOf<string>> {
  placeholder?: string;
  problem?: (text: string) => string | undefined;
}

export function TextSetting({ setting, label, help, placeholder, problem, ...props }: TextProps) {
  return (
    <Field label={label} description={help} disabled={props.readOnly}>
      <DraftInput
        id={`setting-${setting}`}
        value={String(props.settings[setting] ?? '')}
        placeholder={placeholder ?? defaultText(setting)}
        width={width}
        problem={problem}
        onCommit={(text) => props.onChange(withSetting(props.settings, setting, text))}
      />
    </Field>
  );
}

export function DurationSetting(props: FieldProps<KeysOf<string>>) {
  return <TextSetting {...props} problem={durationProblem} />;
}

interface NumberProps extends FieldProps<KeysOf<number>> {
  /** Where it counts things. */
  whole?: boolean;
  min?: number;
  max?: number;
}

export function NumberSetting({ setting, label, help, whole, min, max, ...props }: NumberProps) {
  return (
    <Field label={label} description={help} disabled={props.readOnly}>
      <DraftInput
        id={`setting-${setting}`}
        value={String(props.settings[setting] ?? '')}
        placeholder={defaultText(setting)}
        width={width}
        problem={(text) => (whole ? wholeProblem : numberProblem)(text, min, max)}
        onCommit={(text) =>
          props.onChange(withSetting(props.settings, setting, text === '' ? undefined : Number(text)))
        }
      />
    </Field>
  );
}

export function SwitchSetting({ setting, label, help, ...props }: FieldProps<Switches>) {
  const fallback = settingDefaults[setting];
  return (
    <Field label={label} description={help} disabled={props.readOnly}>
      <Switch
        id={`setting-${setting}`}
        value={isOn(props.settings[setting], fallback)}
        onChange={(event) => {
          const on = event.currentTarget.checked;
          props.onChange(withSetting(props.settings, setting, on === fallback ? undefined : on));
        }}
      />
    </Field>
  );
}
