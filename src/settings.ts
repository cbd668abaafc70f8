import { type SynapseOptions } from './types';

/** What the backend assumes for a setting that is not stored; the settings page shows them as placeholders. */
export const settingDefaults = {
  httpMethod: 'POST',
  scrapeInterval: '15s',
  queryTimeout: '25s',
  cacheTTL: 'as the scrape interval',
  prometheusMaxConcurrent: '6',
  memoryLimit: '128',
  postgresServerName: 'found automatically',
  postgresSslMode: 'require',
  postgresMaxConnections: '3',
  postgresStatementTimeout: '10s',
  postgresFullPassTimeout: '5m',
  postgresWholeTable: 'background',
  hideRoomsFromViewers: true,
  hideDestinationsFromViewers: true,
  hideRooms: 'viewers',
  showRoomsToServiceAccounts: false,
  enableSecureSocksProxy: false,
  cacheEntryTtl: '30m',
  cacheAutotuning: false,
  dummyEventsThreshold: '10',
  globalCacheFactor: 'found automatically',
  processLabels: 'found automatically',
} as const satisfies Partial<Record<keyof SynapseOptions, string | boolean>>;

/** A switch as the backend reads it: provisioning makes texts of true and false, and an empty one of what is unset. */
export function isOn(value: unknown, fallback: boolean): boolean {
  if (typeof value === 'string' && value.trim() !== '') {
    return value.trim() === 'true';
  }
  return typeof value === 'boolean' ? value : fallback;
}

/** A choice as the backend reads it: an empty text means the default. */
export function chosen<T extends string>(value: T | undefined, fallback: T): T {
  return (value?.trim() as T | undefined) || fallback;
}

/** Settings with one value changed. Empty values are not stored, so that later defaults reach this data source. */
export function withSetting<K extends keyof SynapseOptions>(
  options: SynapseOptions,
  key: K,
  value: SynapseOptions[K] | undefined
): SynapseOptions {
  const next = { ...options };
  const isEmpty = value === undefined || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
  if (isEmpty) {
    delete next[key];
  } else {
    next[key] = value;
  }
  return next;
}
