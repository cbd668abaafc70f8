import React from 'react';
import {
  Auth,
  ConfigSection,
  ConfigSubSection,
  ConnectionSettings,
  convertLegacyAuthProps,
  DataSourceDescription,
  SecureSocksProxyToggle,
} from '@grafana/plugin-ui';
import { Divider } from '@grafana/ui';

import { checkIds } from '../../checks';
import { withSetting } from '../../settings';
import { HealthReport } from './HealthReport';
import { HomeserverSettings } from './HomeserverSettings';
import { KeyedNumbers } from './KeyedNumbers';
import { PostgresSettings } from './PostgresSettings';
import { PrometheusSettings } from './PrometheusSettings';
import { type EditorProps } from './SecretFields';
import { type SettingsProps, SwitchSetting } from './SettingFields';

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
      <SecureSocksProxyToggle dataSourceConfig={options} onChange={onOptionsChange} labelWidth={40} />
      <Divider />
      <ConfigSection title="Privacy">
        <SwitchSetting
          {...part}
          setting="hideRoomsFromViewers"
          label="Hide rooms from viewers"
          help="Room ids, names and aliases are shown to signed-in Editors and Admins only. Viewers, public dashboards and alert rules get a stable pseudonym. Query caching of Grafana Enterprise can’t tell roles apart: leave it off for this data source, or a viewer may get an Editor’s answer."
        />
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
        description="When a check warns, in the unit of its value. Empty numbers keep the check’s own default."
        isCollapsible
        isInitiallyOpen={false}
      >
        <ConfigSubSection title="">
          <KeyedNumbers
            id="setting-thresholds"
            noun="check"
            names={checkIds}
            columns={[
              { key: 'warning', label: 'Warning' },
              { key: 'critical', label: 'Critical' },
            ]}
            rows={{ ...options.jsonData.thresholds } as Record<string, Record<string, number | undefined>>}
            readOnly={options.readOnly}
            onChange={(rows) => part.onChange(withSetting(options.jsonData, 'thresholds', rows))}
          />
        </ConfigSubSection>
      </ConfigSection>
    </>
  );
}
