import { type BrowserContextOptions, expect, type Page, type Response, test as base } from '@playwright/test';

import { Api, type QueryAnswer, type QueryResult } from './api';

export { expect };

export type Role = 'admin' | 'editor' | 'viewer';
type Session = Exclude<BrowserContextOptions['storageState'], string | undefined>;

/** A query that the page sent, and what came back. */
export interface Asked {
  queryType: string;
  format?: string;
  query: Record<string, unknown>;
  result: QueryResult;
}

/** Everything that the page asked of the plugin while a test ran. */
export class Questions {
  readonly all: Asked[] = [];
  /** The answers as they came, to look for what must not be in them. */
  readonly bodies: string[] = [];

  errors(): string[] {
    return this.all
      .filter(({ result }) => result.error !== undefined || result.status !== 200)
      .map(({ queryType, format, result }) => `${queryType} ${format ?? ''}: ${result.status} ${result.error}`);
  }

  async add(response: Response): Promise<void> {
    const body = await response.text().catch(() => undefined); // the page was left meanwhile
    const sent = response.request().postDataJSON() as { queries: Array<Record<string, unknown>> };
    if (body === undefined) {
      return;
    }
    this.bodies.push(body);
    const { results = {} } = JSON.parse(body) as Partial<QueryAnswer>;
    for (const query of sent.queries) {
      const { queryType, format, refId } = query as Record<string, string>;
      this.all.push({ queryType, format, query, result: results[refId] ?? { status: response.status(), error: body } });
    }
  }
}

// What Grafana itself is known to complain about, whatever data source it shows.
const knownComplaints = [
  /\/public-dashboards/, // 404 for each dashboard that is not public
  /\/api\/gnet\/|plugins from catalog/, // the catalogue of plugins, which is out of reach here
];

/** Fails a test whose page logs an error, throws one, or gets an error from the server. */
function listen(page: Page): string[] {
  const complaints: string[] = [];
  const complain = (text: string) => {
    if (!knownComplaints.some((known) => known.test(text))) {
      complaints.push(text);
    }
  };
  page.on('pageerror', (error) => complain(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') {
      complain(`console: ${message.text()} (${message.location().url})`);
    }
  });
  page.on('response', (response) => {
    if (response.status() >= 400) {
      complain(`${response.status()}: ${response.request().method()} ${response.url()}`);
    }
  });
  return complaints;
}

interface Fixtures {
  role: Role;
  /** What may be wrong in this test alone. */
  expected: RegExp | undefined;
  api: Api;
  questions: Questions;
}

interface Shared {
  sessions: Record<Role, Session>;
}

const password = 'a password for the tests';

export const test = base.extend<Fixtures, Shared>({
  role: ['admin', { option: true }],
  expected: [undefined, { option: true }],

  sessions: [
    async ({ playwright }, use, { workerIndex }) => {
      const baseURL = process.env.GRAFANA_URL;
      const admin = await playwright.request.newContext({ baseURL });
      await admin.post('/login', { data: { user: 'admin', password: 'admin' } });
      const states = { admin: await admin.storageState() } as Record<Role, Session>;
      for (const role of ['Editor', 'Viewer'] as const) {
        const login = `${role}-${process.pid}-${workerIndex}`.toLowerCase();
        const { id } = await new Api(admin).post<{ id: number }>('/api/admin/users', { name: login, login, password });
        await admin.patch(`/api/org/users/${id}`, { data: { role } });
        const person = await playwright.request.newContext({ baseURL });
        await person.post('/login', { data: { user: login, password } });
        states[role === 'Editor' ? 'editor' : 'viewer'] = await person.storageState();
        await person.dispose();
      }
      await use(states);
      await admin.dispose();
    },
    { scope: 'worker' },
  ],

  storageState: async ({ sessions, role }, use) => use(sessions[role]),

  page: async ({ page, expected }, use) => {
    const complaints = listen(page);
    await use(page);
    expect(complaints.filter((text) => !expected?.test(text))).toEqual([]);
  },

  api: async ({ request }, use) => use(new Api(request)),

  questions: async ({ page }, use) => {
    const questions = new Questions();
    const reading: Array<Promise<void>> = [];
    page.on('response', (response) => {
      if (new URL(response.url()).pathname === '/api/ds/query') {
        reading.push(questions.add(response));
      }
    });
    await use(questions);
    await Promise.all(reading);
    expect(questions.errors()).toEqual([]);
  },
});
