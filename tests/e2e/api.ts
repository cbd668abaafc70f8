import { type APIRequestContext, type APIResponse } from '@playwright/test';

export const pluginId = 'matrix-synapse-datasource';
export const provisionedUid = 'matrix-synapse';

/** One frame as Grafana's API writes it. */
export interface Frame {
  schema: {
    name?: string;
    fields: Array<{ name: string; labels?: Record<string, string> }>;
    meta?: { notices?: Array<{ severity: string; text: string }> };
  };
  data: { values: unknown[][] };
}

export interface QueryResult {
  status: number;
  error?: string;
  frames?: Frame[];
}

export interface QueryAnswer {
  results: Record<string, QueryResult>;
}

export const rowsOf = (result: QueryResult) =>
  Math.max(0, ...(result.frames ?? []).map((frame) => frame.data.values[0]?.length ?? 0));

export const noticesOf = (result: QueryResult) =>
  (result.frames ?? []).flatMap((frame) => frame.schema.meta?.notices ?? []).map((notice) => notice.text);

/** The values of one column of all frames. */
export const column = (result: QueryResult, name: string): unknown[] =>
  (result.frames ?? []).flatMap((frame) => {
    const at = frame.schema.fields.findIndex((field) => field.name === name);
    return at < 0 ? [] : frame.data.values[at];
  });

async function json<T>(response: APIResponse): Promise<T> {
  if (!response.ok()) {
    throw new Error(`${response.url()}: ${response.status()} ${await response.text()}`);
  }
  return (await response.json()) as T;
}

/** Grafana's API as whoever the context is signed in as. */
export class Api {
  constructor(private readonly request: APIRequestContext) {}

  async get<T>(path: string): Promise<T> {
    return json(await this.request.get(path));
  }

  async post<T>(path: string, data: unknown): Promise<T> {
    return json(await this.request.post(path, { data }));
  }

  async delete(path: string): Promise<void> {
    await json(await this.request.delete(path));
  }

  values(kind: string, filters = ''): Promise<string[]> {
    return this.get(`/api/datasources/uid/${provisionedUid}/resources/values/${kind}?${filters}`);
  }

  async query(query: Record<string, unknown>, from = 'now-6h'): Promise<QueryResult> {
    const datasource = { type: pluginId, uid: provisionedUid };
    const queries = [{ refId: 'A', datasource, intervalMs: 60_000, maxDataPoints: 240, ...query }];
    const answer = await this.post<QueryAnswer>('/api/ds/query', { from, to: 'now', queries });
    return answer.results.A;
  }
}
