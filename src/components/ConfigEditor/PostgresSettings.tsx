import React from 'react';
import { Field } from '@grafana/ui';

import { chosen, settingDefaults, withSetting } from '../../settings';
import { Choice } from '../Choice';
import { RoleStatements } from './RoleStatements';
import { type EditorProps, SecretSetting } from './SecretFields';
import { DurationSetting, NumberSetting, type SettingsProps, TextSetting } from './SettingFields';

const sslModes = [
  { value: 'require' as const, label: 'require', description: 'Encrypted; the server’s certificate is not checked' },
  {
    value: 'verify-ca' as const,
    label: 'verify-ca',
    description: 'Encrypted; the certificate must come from a known CA',
  },
  { value: 'verify-full' as const, label: 'verify-full', description: 'As verify-ca, and the host name must match' },
  {
    value: 'disable' as const,
    label: 'disable',
    description: 'Not encrypted: for the same machine or a socket folder',
  },
];

const wholeTable = [
  {
    value: 'background' as const,
    label: 'in the background',
    description: 'Answers come from the last count and say its age',
  },
  { value: 'all' as const, label: 'all', description: 'A count begins with each query, where it takes seconds only' },
  {
    value: 'none' as const,
    label: 'none',
    description: 'Rooms are not ranked, destinations not counted, and three checks know less',
  },
];

/** Synapse's database, which may be left out. */
export function PostgresSettings({ editor, ...props }: SettingsProps & { editor: EditorProps }) {
  const { settings, readOnly, onChange } = props;
  const mode = chosen(settings.postgresSslMode, settingDefaults.postgresSslMode);
  return (
    <>
      <TextSetting
        {...props}
        setting="postgresHost"
        label="Host"
        help="Host, host:port, or the folder of a socket. A read replica does just as well."
        placeholder="localhost:5432"
      />
      <TextSetting
        {...props}
        setting="postgresDatabase"
        label="Database"
        help="The name of Synapse’s database."
        placeholder="synapse"
      />
      <TextSetting
        {...props}
        setting="postgresUser"
        label="User"
        help="A role that may only read. The statements below make it."
        placeholder="grafana_synapse"
      />
      <RoleStatements user={settings.postgresUser} database={settings.postgresDatabase} />
      <SecretSetting {...editor} secret="postgresPassword" label="Password" help="Empty where the role needs none." />
      <TextSetting
        {...props}
        setting="postgresServerName"
        label="Homeserver"
        help="The server_name that this database belongs to. Needed only where it can’t be found automatically."
      />
      <Field label="TLS mode" description="How the connection is secured." disabled={readOnly}>
        <Choice
          id="setting-postgresSslMode"
          options={sslModes}
          value={mode}
          width={40}
          onChange={(value) =>
            onChange(
              withSetting(settings, 'postgresSslMode', value === settingDefaults.postgresSslMode ? undefined : value)
            )
          }
        />
      </Field>
      {mode !== 'disable' && (
        <>
          {mode !== 'require' && (
            <SecretSetting
              {...editor}
              secret="postgresTlsCaCert"
              label="CA certificate"
              help="The authority that signed the server’s certificate, as PEM text. Empty means those the system knows."
              pem="CERTIFICATE"
            />
          )}
          <SecretSetting
            {...editor}
            secret="postgresTlsClientCert"
            label="Client certificate"
            help="PEM text; only where the server asks for one."
            pem="CERTIFICATE"
          />
          <SecretSetting
            {...editor}
            secret="postgresTlsClientKey"
            label="Client key"
            help="PEM text; goes together with the client certificate."
            pem="PRIVATE KEY"
          />
        </>
      )}
      <NumberSetting
        {...props}
        setting="postgresMaxConnections"
        label="Maximum of connections"
        help="How many connections may be open at once. A few are enough."
        whole
        min={2}
        max={20}
      />
      <DurationSetting
        {...props}
        setting="postgresStatementTimeout"
        label="Statement timeout"
        help="PostgreSQL ends a statement that takes longer."
      />
      <Field
        label="Statements that read a whole table"
        description="Ranking all rooms by their forward extremities reads a whole table, in steps of a second at most; counting the destinations that fail reads a small one at once."
        disabled={readOnly}
      >
        <Choice
          id="setting-postgresWholeTable"
          options={wholeTable}
          value={chosen(settings.postgresWholeTable, settingDefaults.postgresWholeTable)}
          width={40}
          onChange={(value) =>
            onChange(
              withSetting(
                settings,
                'postgresWholeTable',
                value === settingDefaults.postgresWholeTable ? undefined : value
              )
            )
          }
        />
      </Field>
      <DurationSetting
        {...props}
        setting="postgresFullPassTimeout"
        label="Full count timeout"
        help="The longest that the background count of all forward extremities may take. Queries answer from its last result."
      />
    </>
  );
}
