import React, { useState } from 'react';
import {
  Auth,
  ConfigSection,
  ConfigSubSection,
  ConnectionSettings,
  convertLegacyAuthProps,
  DataSourceDescription,
} from '@grafana/plugin-ui';
import { config } from '@grafana/runtime';
import { Box, Divider, Text } from '@grafana/ui';

import { docsLink } from '../../docs';
import { AlertRules } from './AlertRules';
import { ConnectionHints } from './ConnectionHints';
import { ConnectionTest } from './ConnectionTest';
import { Dashboards } from './Dashboards';
import { HomeserverSettings } from './HomeserverSettings';
import { PostgresSettings } from './PostgresSettings';
import { PrivacySettings } from './PrivacySettings';
import { PrometheusSettings } from './PrometheusSettings';
import { type EditorProps } from './SecretFields';
import { type SettingsProps, SwitchSetting } from './SettingFields';
import { Thresholds } from './Thresholds';

/** The settings page: where Prometheus and PostgreSQL are, who may see rooms, what homeserver.yaml says. */
export function ConfigEditor(props: EditorProps) {
  const { options, onOptionsChange } = props;
  const part: SettingsProps = {
    settings: options.jsonData,
    readOnly: options.readOnly,
    onChange: (jsonData) => onOptionsChange({ ...options, jsonData }),
  };
  const isChanged = useChanged(options);
  return (
    <>
      <DataSourceDescription dataSourceName="Matrix Synapse" docsLink={docsLink('README.md')} hasRequiredFields />
      {options.readOnly && (
        <Text color="secondary">
          A provisioning file sets everything below: change it there and restart Grafana. An empty field keeps its
          default, which it shows in grey.
        </Text>
      )}
      <Divider />
      <ConnectionSettings
        config={options}
        onChange={onOptionsChange}
        urlLabel="Prometheus URL"
        urlPlaceholder="http://localhost:9090"
        urlTooltip="The Prometheus (or Thanos, Mimir, VictoriaMetrics) that scrapes Synapse. A path is kept."
      />
      <Divider />
      <Auth {...convertLegacyAuthProps({ config: options, onChange: onOptionsChange })} />
      <Box marginTop={3} marginBottom={3}>
        <ConnectionTest uid={options.uid} connection="prometheus" isChanged={isChanged} />
      </Box>
      <ConfigSubSection title="Mimir, Thanos, VictoriaMetrics, OAuth" isCollapsible isInitiallyOpen={false}>
        <ConnectionHints />
      </ConfigSubSection>
      <Divider />
      <ConfigSection title="Prometheus queries" isCollapsible isInitiallyOpen={false}>
        <PrometheusSettings {...part} />
      </ConfigSection>
      <Divider />
      <ConfigSection
        title="PostgreSQL"
        description="Optional. Synapse’s own database adds what no metric tells: rooms with their forward extremities, tables, destinations. It is only ever read."
      >
        <PostgresSettings {...part} editor={props} />
        <ConnectionTest uid={options.uid} connection="postgres" isChanged={isChanged} />
      </ConfigSection>
      {config.secureSocksDSProxyEnabled && (
        <>
          <Divider />
          <ConfigSection title="Network">
            <SwitchSetting
              {...part}
              setting="enableSecureSocksProxy"
              label="Secure socks proxy"
              help="Reaches Prometheus and PostgreSQL through the secure socks proxy that this Grafana is configured with."
            />
          </ConfigSection>
        </>
      )}
      <Divider />
      <ConfigSection title="Privacy">
        <PrivacySettings {...part} editor={props} />
      </ConfigSection>
      <Divider />
      <ConfigSection
        title="Homeserver"
        description="What homeserver.yaml says and no metric tells. The defaults are Synapse’s own."
        isCollapsible
        isInitiallyOpen={false}
      >
        <HomeserverSettings {...part} />
      </ConfigSection>
      <Divider />
      <ConfigSection
        title="Thresholds"
        description="From which value on a check is a warning or critical, in the unit of its value: 5 % is written as 0.05, times are in seconds. Empty fields keep the check’s own level, which they show; “never” means that the check has none."
        isCollapsible
        isInitiallyOpen={false}
      >
        <Thresholds {...part} />
      </ConfigSection>
      <Divider />
      <ConfigSection
        title="Dashboards"
        description="The last step. Start with “Synapse: diagnosis”. They work with every data source of this kind."
      >
        <Dashboards pluginId={options.type} />
      </ConfigSection>
      <Divider />
      <ConfigSection title="Alert rules">
        <AlertRules uid={options.uid} />
      </ConfigSection>
    </>
  );
}

/** Whether something was changed since the page was opened or saved: Grafana counts the version up when it saves. */
function useChanged(options: EditorProps['options']): boolean {
  const [saved, setSaved] = useState(options);
  if (saved.version !== options.version) {
    setSaved(options);
  }
  return JSON.stringify(saved) !== JSON.stringify(options);
}
