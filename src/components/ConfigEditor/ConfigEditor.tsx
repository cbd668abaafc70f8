import React from 'react';
import {
  Auth,
  ConfigSection,
  ConnectionSettings,
  convertLegacyAuthProps,
  DataSourceDescription,
} from '@grafana/plugin-ui';
import { config } from '@grafana/runtime';
import { Divider } from '@grafana/ui';

import { ConnectionHints } from './ConnectionHints';
import { HealthReport } from './HealthReport';
import { HomeserverSettings } from './HomeserverSettings';
import { PostgresSettings } from './PostgresSettings';
import { PrivacySettings } from './PrivacySettings';
import { PrometheusSettings } from './PrometheusSettings';
import { type EditorProps } from './SecretFields';
import { type SettingsProps, SwitchSetting } from './SettingFields';
import { Thresholds } from './Thresholds';

const docs = 'https://github.com/matrix-insight/synapse-datasource#readme';

/** The settings page: where Prometheus and PostgreSQL are, who may see rooms, what homeserver.yaml says. */
export function ConfigEditor(props: EditorProps) {
  const { options, onOptionsChange } = props;
  const part: SettingsProps = {
    settings: options.jsonData,
    readOnly: options.readOnly,
    onChange: (jsonData) => onOptionsChange({ ...options, jsonData }),
  };
  return (
    <>
      <DataSourceDescription dataSourceName="Matrix Synapse" docsLink={docs} hasRequiredFields />
      <HealthReport uid={options.uid} />
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
      <ConfigSection title="Mimir, Thanos, VictoriaMetrics, OAuth" isCollapsible isInitiallyOpen={false}>
        <ConnectionHints />
      </ConfigSection>
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
    </>
  );
}
