import React from 'react';
import { Field } from '@grafana/ui';

import { chosen, settingDefaults, withSetting } from '../../settings';
import { Choice } from '../Choice';
import { PseudonymKey } from './PseudonymKey';
import { type EditorProps } from './SecretFields';
import { type SettingsProps, SwitchSetting } from './SettingFields';

const audiences = [
  { value: 'viewers' as const, label: 'Viewers', description: 'As “Hide rooms from viewers” says' },
  {
    value: 'everyone' as const,
    label: 'Everyone',
    description: 'Editors and Admins too: for pictures that leave Grafana',
  },
];

/** Who may see which rooms and homeservers the answers are about. */
export function PrivacySettings({ editor, ...props }: SettingsProps & { editor: EditorProps }) {
  const { settings, readOnly, onChange } = props;
  return (
    <>
      <SwitchSetting
        {...props}
        setting="hideRoomsFromViewers"
        label="Hide rooms from viewers"
        help="Room ids, names and aliases are shown to signed-in Editors and Admins only. Viewers, public dashboards and alert rules get a stable pseudonym. Query caching of Grafana Enterprise can’t tell roles apart: switch that caching off for this data source, or a viewer may get an Editor’s answer."
      />
      <SwitchSetting
        {...props}
        setting="hideDestinationsFromViewers"
        label="Hide destinations from viewers"
        help="The host names of other homeservers are treated in the same way. On a small server they show whom its users talk to."
      />
      <Field
        label="Hide rooms from"
        description="“Everyone” hides rooms from Editors and Admins too. Choose it where Grafana renders pictures as an Admin, such as pull request previews of Git Sync, or where reports and snapshots leave Grafana."
        disabled={readOnly}
      >
        <Choice
          id="setting-hideRooms"
          options={audiences}
          value={chosen(settings.hideRooms, settingDefaults.hideRooms)}
          width={40}
          onChange={(value) =>
            onChange(withSetting(settings, 'hideRooms', value === settingDefaults.hideRooms ? undefined : value))
          }
        />
      </Field>
      <SwitchSetting
        {...props}
        setting="showRoomsToServiceAccounts"
        label="Show rooms to service accounts"
        help="Off: a service account gets pseudonyms, whatever its role. On: one with the role Editor or Admin sees what such a person sees."
      />
      <PseudonymKey {...editor} />
    </>
  );
}
