import React from 'react';
import { Field } from '@grafana/ui';

import { settingDefaults, withSetting } from '../../settings';
import { DraftInput } from '../DraftInput';
import { CacheFactors } from './CacheFactors';
import { DurationSetting, NumberSetting, type SettingsProps, SwitchSetting } from './SettingFields';

/** What no metric tells and only homeserver.yaml knows. */
export function HomeserverSettings(props: SettingsProps) {
  const { settings, readOnly, onChange } = props;
  return (
    <>
      <DurationSetting
        {...props}
        setting="cacheEntryTtl"
        label="Cache entry lifetime"
        help="caches.cache_entry_ttl: how long an entry stays that nobody reads. The advice on caches rests on it. Write 0s where expire_caches is false."
      />
      <SwitchSetting
        {...props}
        setting="cacheAutotuning"
        label="Cache autotuning"
        help="On where homeserver.yaml has caches.cache_autotuning: Synapse then drops entries to save memory, which says nothing about a cache’s size."
      />
      <NumberSetting
        {...props}
        setting="dummyEventsThreshold"
        label="Dummy events threshold"
        help="dummy_events_threshold: with more forward extremities than this, Synapse merges a room’s branches by itself."
        whole
        min={1}
      />
      <NumberSetting
        {...props}
        setting="globalCacheFactor"
        label="Global cache factor"
        help="caches.global_factor of homeserver.yaml. Found automatically where empty. (SYNAPSE_CACHE_FACTOR has no effect on a running Synapse.)"
        min={0}
      />
      <Field
        label="Cache factors"
        htmlFor="setting-perCacheFactors"
        description="caches.per_cache_factors by the cache’s name, where you want to state them. Found automatically where empty."
      >
        <CacheFactors {...props} />
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
