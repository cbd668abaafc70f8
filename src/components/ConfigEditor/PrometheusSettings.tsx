import React from 'react';
import { Field, TagsInput } from '@grafana/ui';

import { chosen, settingDefaults, withSetting } from '../../settings';
import { Choice } from '../Choice';
import { DurationSetting, NumberSetting, type SettingsProps } from './SettingFields';

const methods = [
  { value: 'POST' as const, label: 'POST', description: 'Right for nearly everyone' },
  { value: 'GET' as const, label: 'GET', description: 'For proxies that refuse POST' },
];

/** How Prometheus is asked, beyond its address and sign-in. */
export function PrometheusSettings(props: SettingsProps) {
  const { settings, readOnly, onChange } = props;
  return (
    <>
      <DurationSetting
        {...props}
        setting="scrapeInterval"
        label="Scrape interval"
        help="How often Prometheus scrapes Synapse (scrape_interval in prometheus.yml). Rates look at four times this or more."
      />
      <DurationSetting
        {...props}
        setting="queryTimeout"
        label="Query timeout"
        help="The longest a query may take, Prometheus and PostgreSQL included."
      />
      <DurationSetting
        {...props}
        setting="cacheTTL"
        label="Reuse answers for"
        help="How long one answer may serve other panels and viewers. 0s switches this off."
      />
      <NumberSetting
        {...props}
        setting="prometheusMaxConcurrent"
        label="Requests at a time"
        help="How many requests are sent to Prometheus at a time. One of them is kept for alert rules."
        whole
        min={1}
        max={100}
      />
      <NumberSetting
        {...props}
        setting="memoryLimit"
        label="Memory for answers (MiB)"
        help="What answers that are kept for other panels and viewers may take. The largest of all data sources holds."
        whole
        min={32}
      />
      <Field label="HTTP method" description="How queries are sent to Prometheus." disabled={readOnly}>
        <Choice
          id="setting-httpMethod"
          options={methods}
          value={chosen(settings.httpMethod, settingDefaults.httpMethod).toUpperCase() as 'POST' | 'GET'}
          width={40}
          onChange={(value) =>
            onChange(withSetting(settings, 'httpMethod', value === settingDefaults.httpMethod ? undefined : value))
          }
        />
      </Field>
      <Field
        label="Allowed cookies"
        description="Names of a viewer’s cookies that are passed on to Prometheus, for a proxy that signs people in by cookie."
        disabled={readOnly}
      >
        <TagsInput
          id="setting-keepCookies"
          placeholder="Name of a cookie, then Enter"
          tags={settings.keepCookies}
          width={40}
          onChange={(names) => onChange(withSetting(settings, 'keepCookies', names))}
        />
      </Field>
    </>
  );
}
