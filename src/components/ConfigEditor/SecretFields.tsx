import React from 'react';
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
}

/** A secret: once saved it can be replaced or removed, never read. */
export function SecretSetting({ secret, label, help, pem, options, onOptionsChange }: Props) {
  const set = (value: string) =>
    onOptionsChange({ ...options, secureJsonData: { ...options.secureJsonData, [secret]: value } });
  const reset = () =>
    onOptionsChange({
      ...options,
      secureJsonFields: { ...options.secureJsonFields, [secret]: false },
      secureJsonData: { ...options.secureJsonData, [secret]: '' },
    });
  const common = {
    id: `setting-${secret}`,
    isConfigured: Boolean(options.secureJsonFields?.[secret]),
    value: options.secureJsonData?.[secret] ?? '',
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
    <Field label={label} description={help} disabled={options.readOnly}>
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
