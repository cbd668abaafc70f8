import React, { useState } from 'react';
import { type DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { Field, Input, SecretInput, SecretTextArea } from '@grafana/ui';

import { type SynapseOptions, type SynapseSecrets } from '../../types';

export type EditorProps = DataSourcePluginOptionsEditorProps<SynapseOptions, SynapseSecrets>;

interface Props extends EditorProps {
  secret: keyof SynapseSecrets;
  label: string;
  help: string;
  /** Set for PEM text, which takes several lines. */
  pem?: 'CERTIFICATE' | 'PRIVATE KEY';
  /** Says what is wrong with a text, which is then not stored; an empty one is always right. */
  problem?: (text: string) => string | undefined;
}

/** A secret: once saved it can be replaced or removed, never read. */
export function SecretSetting({ secret, label, help, pem, problem, options, onOptionsChange }: Props) {
  const [wrong, setWrong] = useState('');
  const stored = options.secureJsonData?.[secret] ?? '';
  const value = stored || wrong;
  const message = value === '' ? undefined : problem?.(value);
  const set = (text: string) => {
    const isWrong = text !== '' && problem?.(text) !== undefined;
    setWrong(isWrong ? text : '');
    onOptionsChange({ ...options, secureJsonData: { ...options.secureJsonData, [secret]: isWrong ? '' : text } });
  };
  const reset = () => {
    setWrong('');
    onOptionsChange({
      ...options,
      secureJsonFields: { ...options.secureJsonFields, [secret]: false },
      secureJsonData: { ...options.secureJsonData, [secret]: '' },
    });
  };
  const common = {
    id: `setting-${secret}`,
    isConfigured: Boolean(options.secureJsonFields?.[secret]),
    value,
    onReset: reset,
  };
  if (options.readOnly && common.isConfigured) {
    // Grafana's own fields would still offer to reset what a provisioned data source keeps.
    return (
      <Field label={label} description={help} disabled>
        <Input id={common.id} value="configured" width={40} readOnly />
      </Field>
    );
  }
  return (
    <Field label={label} description={help} disabled={options.readOnly} invalid={Boolean(message)} error={message}>
      {pem ? (
        <SecretTextArea
          {...common}
          rows={5}
          cols={64}
          placeholder={`-----BEGIN ${pem}-----`}
          onChange={(event) => set(event.currentTarget.value)}
        />
      ) : (
        // A browser must not offer to fill in the password for Grafana.
        <SecretInput
          {...common}
          width={40}
          autoComplete="new-password"
          onChange={(event) => set(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
