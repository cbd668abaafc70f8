import React from 'react';
import { Field } from '@grafana/ui';

import { settingDefaults, withSetting } from '../../settings';
import { DraftInput } from '../DraftInput';
import { KeyedNumbers } from './KeyedNumbers';
import { DurationSetting, NumberSetting, type SettingsProps, SwitchSetting } from './SettingFields';

/** What no metric tells and only homeserver.yaml knows. */
export function HomeserverSettings(props: SettingsProps) {
  const { settings, readOnly, onChange } = props;
  const factors = Object.entries(settings.perCacheFactors ?? {}).map(([name, factor]) => [name, { factor }] as const);
  return (
    <>
      <DurationSetting
        {...props}
        setting="cacheEntryTtl"
        label="Cache entry lifetime"
        help="caches.cache_entry_ttl. Write 0s where expire_caches is false."
      />
      <SwitchSetting
        {...props}
        setting="cacheAutotuning"
        label="Cache autotuning"
        help="On where caches.cache_autotuning is set."
      />
      <NumberSetting
        {...props}
        setting="dummyEventsThreshold"
        label="Dummy events threshold"
        help="dummy_events_threshold."
        min={1}
      />
      <NumberSetting
        {...props}
        setting="globalCacheFactor"
        label="Global cache factor"
        help="caches.global_factor, or SYNAPSE_CACHE_FACTOR. Found automatically where empty."
        min={0}
      />
      <Field
        label="Cache factors"
        description="caches.per_cache_factors, where you want to state them. Found automatically where empty."
      >
        <KeyedNumbers
          id="setting-perCacheFactors"
          noun="cache"
          names={[]}
          columns={[{ key: 'factor', label: 'Factor' }]}
          rows={Object.fromEntries(factors)}
          readOnly={readOnly}
          onChange={(rows) =>
            onChange(
              withSetting(
                settings,
                'perCacheFactors',
                Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, row.factor ?? 1]))
              )
            )
          }
        />
      </Field>
      <Field
        label="Process labels"
        description="The Prometheus labels that together name one process, such as job, index. Found automatically where empty."
        disabled={readOnly}
      >
        <DraftInput
          id="setting-processLabels"
          value={listOf(settings.processLabels).join(', ')}
          placeholder={settingDefaults.processLabels}
          width={40}
          onCommit={(text) => onChange(withSetting(settings, 'processLabels', listOf(text)))}
        />
      </Field>
    </>
  );
}

/** Provisioned settings, too, may hold "job, index" as one text. */
function listOf(labels: unknown): string[] {
  const list: unknown[] = typeof labels === 'string' ? labels.split(',') : Array.isArray(labels) ? labels : [];
  return list.map((label) => String(label).trim()).filter(Boolean);
}
