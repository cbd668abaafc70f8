import { type Api, pluginId } from './api';
import { expect, type Role, test } from './fixtures';
import { type RawAnswer, sendRaw } from './rawHttp';
import { startUpstream, type Upstream } from './upstream';

const grafana = process.env.GRAFANA_URL ?? '';
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** All that can follow the proxy's own address; whatever is in front of the first slash belongs to nobody else. */
const suspects = [
  ...['', '/', '//', '///', '/.', '/./', '/..', '/../', '/../..', '/...', '/x/..', '/x/../..', '/?x=1', '/#x'],
  ...['/%2e', '/%2E%2E/', '/%2e%2e/%2e%2e', '/%2f', '/%2F%2F', '/..%2f..', '/%00', '/%25', '/%5c..', '/\\..', '/%zz'],
  ...['/-/quit', '//-/quit', '/./-/quit', '/../-/quit', '/x/../-/quit', '/%2d/quit', '/%2e/-/quit', '/%2F-/quit'],
  ...['/api/v1/write', '//api//v1/write', '/api/v1/admin/tsdb/delete_series?match[]=up', '/api/v1/query?query=up'],
];
const firstBytes = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
/** With what an escaped path can start. "%" only with two digits after it. */
const firstCharacters = [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  ..."-_.~!$&'()*+,;=:@[]",
  '%25',
];

interface Proxied {
  upstream: Upstream;
  uid: string;
  /** Both addresses of the data source's proxy. */
  addresses: string[];
}

async function withDataSource(api: Api, use: (proxied: Proxied) => Promise<void>) {
  const upstream = await startUpstream(process.env.SYNAPSE_PROMETHEUS_URL ?? '');
  const { datasource } = await api.post<{ datasource: { id: number; uid: string } }>('/api/datasources', {
    name: `Proxied ${upstream.url}`,
    type: pluginId,
    access: 'proxy',
    url: upstream.url,
    basicAuth: true,
    basicAuthUser: 'grafana',
    secureJsonData: { basicAuthPassword: 'must not be used by others' },
  });
  const { id, uid } = datasource;
  try {
    await use({ upstream, uid, addresses: [`uid/${uid}`, `${id}`].map((name) => `/api/datasources/proxy/${name}`) });
  } finally {
    await api.delete(`/api/datasources/uid/${uid}`);
    await upstream.close();
  }
}

type Attempt = [method: string, target: string];

/** Makes all attempts, some at a time, and returns what became of each. */
async function tryAll(attempts: Attempt[], cookie: string) {
  const outcomes: Array<{ attempt: Attempt; answer: RawAnswer }> = [];
  const rest = attempts.values();
  const work = async () => {
    for (const [method, target] of rest) {
      outcomes.push({ attempt: [method, target], answer: await sendRaw(grafana, { method, target, cookie }) });
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return outcomes;
}

/** Spellings of an address that a router may take for the same. */
const spellings = (address: string) => [
  address.replace(/(.)$/, (last) => '%' + last.charCodeAt(0).toString(16)),
  address.replace('/proxy/', '/%70roxy/'),
  address.replace('/proxy/', '//proxy/'),
  address.replace('/proxy/', '/x/../proxy/'),
  '/' + address,
  grafana + address,
];

function attemptsOn(addresses: string[]): Attempt[] {
  const attempts: Attempt[] = [];
  for (const address of addresses) {
    for (const method of [...methods, 'TRACE', 'CONNECT', 'PROPFIND']) {
      attempts.push(...suspects.map((path): Attempt => [method, address + path]));
    }
    for (const method of ['GET', 'POST']) {
      attempts.push(...firstBytes.map((byte): Attempt => [method, `${address}/${byte}`]));
      for (const path of ['', '/', '/-/quit', '/../-/quit']) {
        attempts.push(...spellings(address).map((spelled): Attempt => [method, spelled + path]));
      }
    }
  }
  return attempts;
}

const people: Array<{ name: string; role?: Role }> = [
  { name: 'an anonymous viewer' },
  { name: 'a viewer', role: 'viewer' },
  { name: 'an editor', role: 'editor' },
];

for (const { name, role } of people) {
  test(`nothing of ${name} gets through the data proxy, and queries work`, async ({ api, sessions }) => {
    const cookie = role ? cookieOf(sessions[role].cookies) : '';
    await withDataSource(api, async ({ upstream, uid, addresses }) => {
      const outcomes = await tryAll(attemptsOn(addresses), cookie);
      expect(upstream.arrived).toEqual([]);
      // Grafana can't parse some targets (400) and routes others nowhere (404, 405): they must be refused as well.
      const passed = outcomes.filter(({ answer }) => !(answer.status >= 400 && answer.status < 500));
      expect(passed).toEqual([]);

      const plain = addresses.flatMap((address) =>
        methods.flatMap((method) => ['', ...firstCharacters].map((first): Attempt => [method, `${address}/${first}`]))
      );
      const refused = await tryAll(plain, cookie);
      expect(refused.filter(({ answer }) => answer.status !== 403)).toEqual([]);
      expect(upstream.arrived).toEqual([]);

      const health = await sendRaw(grafana, {
        method: 'GET',
        target: `/api/datasources/uid/${uid}/health`,
        cookie,
      });
      expect(health).toMatchObject({
        status: 200,
        body: expect.stringContaining('"status":"OK"'), // details are for those who may edit the data source
      });
      const values = await sendRaw(grafana, {
        method: 'GET',
        target: `/api/datasources/uid/${uid}/resources/values/serverName`,
        cookie,
      });
      expect(values).toMatchObject({ status: 200, body: expect.stringContaining('example.org') });
      const datasource = { type: pluginId, uid };
      const queries = [{ refId: 'A', datasource, queryType: 'caches', intervalMs: 60_000, maxDataPoints: 100 }];
      const body = { from: 'now-1h', to: 'now', queries };
      const answer = await sendRaw(grafana, { method: 'POST', target: '/api/ds/query', cookie, body });
      expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('"frames":[{') });
      expect(upstream.arrived.length).toBeGreaterThan(2);
    });
  });
}

test('the data proxy is open to those who may edit data sources, whatever the path starts with', async ({
  api,
  sessions,
}) => {
  await withDataSource(api, async ({ upstream, addresses }) => {
    const plain = addresses.flatMap((address) =>
      ['', ...firstCharacters].map((first): Attempt => ['GET', `${address}/${first}`])
    );
    await tryAll(plain, cookieOf(sessions.admin.cookies));
    expect(upstream.arrived).toHaveLength(plain.length);
  });
});

function cookieOf(cookies: Array<{ name: string; value: string }>): string {
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
}
