import { type DataSourceJsonData } from '@grafana/data';
import { type DataQuery } from '@grafana/schema';

/** A filter takes one value or a list, matched exactly; absent or empty means all. */
export type FilterValue = string | string[];

/** A query: its type, a format of that type, filters, and the type's own parameters beside them. */
export interface SynapseQuery extends DataQuery {
  format?: string;
  serverName?: FilterValue;
  job?: FilterValue;
  index?: FilterValue;
  instance?: FilterValue;
  limit?: number | string;
  [parameter: string]: unknown;
}

export interface Threshold {
  warning?: number;
  critical?: number;
}

/** Settings without a value are not stored: the backend then uses its default. */
export interface SynapseOptions extends DataSourceJsonData {
  httpMethod?: 'POST' | 'GET';
  scrapeInterval?: string;
  queryTimeout?: string;
  cacheTTL?: string;
  keepCookies?: string[];
  prometheusMaxConcurrent?: number;
  memoryLimit?: number;
  postgresHost?: string;
  postgresDatabase?: string;
  postgresUser?: string;
  postgresServerName?: string;
  postgresSslMode?: 'disable' | 'require' | 'verify-ca' | 'verify-full';
  postgresMaxConnections?: number;
  postgresStatementTimeout?: string;
  postgresFullPassTimeout?: string;
  postgresWholeTable?: 'all' | 'background' | 'none';
  enableSecureSocksProxy?: boolean;
  hideRoomsFromViewers?: boolean;
  hideDestinationsFromViewers?: boolean;
  hideRooms?: 'viewers' | 'everyone';
  showRoomsToServiceAccounts?: boolean;
  cacheEntryTtl?: string;
  cacheAutotuning?: boolean;
  dummyEventsThreshold?: number;
  globalCacheFactor?: number;
  perCacheFactors?: Record<string, number>;
  processLabels?: string[];
  thresholds?: Record<string, Threshold>;
}

export interface SynapseSecrets {
  postgresPassword?: string;
  postgresTlsCaCert?: string;
  postgresTlsClientCert?: string;
  postgresTlsClientKey?: string;
  pseudonymKey?: string;
}
