import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { externals } from '../tools/webpack/externals';
import { brokenLink } from '../tools/webpack/link';
import { defaultLinks } from './defaultLinks';
import { findQueryType } from './queryTypes';

const root = path.resolve(__dirname, '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

interface Manifest {
  id: string;
  info: { logos: Record<string, string>; screenshots: Array<{ path: string }>; version: string; updated: string };
  includes: Array<{ type: string; name: string; path: string }>;
}

const dashboardFolder = path.join(root, 'provisioning/dashboards/matrix-synapse');
const dashboards = readdirSync(dashboardFolder).sort();
const manifest = JSON.parse(read('plugin.json')) as Manifest & Record<string, unknown>;

describe('plugin.json', () => {
  test('has the identity that other people rely on', () => {
    expect(manifest).toMatchObject({
      id: 'matrix-synapse-datasource',
      name: 'Matrix Synapse',
      type: 'datasource',
      executable: 'gpx_matrix_synapse',
      backend: true,
      alerting: true,
      annotations: true,
      metrics: true,
      dependencies: { grafanaDependency: '>=12.2.0' },
    });
    // In Grafana this means that a data source serves traces.
    expect(manifest).not.toHaveProperty('tracing');
  });

  test('leaves the data proxy of Grafana to those who may edit data sources', () => {
    // A route is every path that starts with its own. Grafana compares escaped paths, so these are all the characters
    // with which one can start; the empty path is cleaned to ".". Without "url" the data source's own is used.
    const characters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', ..."-_.~!$&'()*+,;=:@[]%"];
    expect(characters).toHaveLength(82);
    expect(manifest.routes).toEqual(characters.map((path) => ({ path, method: '*', reqAction: 'datasources:write' })));
  });

  test('names files that exist', () => {
    const { logos, screenshots } = manifest.info;
    const pictures = [...Object.values(logos), ...screenshots.map((shot) => shot.path)];
    expect(pictures.filter((file) => !existsSync(path.join(root, 'src', file)))).toEqual([]);
    // The build copies every dashboard from where Grafana's provisioning mounts them.
    expect(manifest.includes.map((include) => include.path).sort()).toEqual(
      dashboards.map((file) => `dashboards/${file}`)
    );
  });

  test('is reached through a relative link from src', () => {
    const link = path.join(root, 'src/plugin.json');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readlinkSync(link)).toBe('../plugin.json');
    expect(brokenLink()).toBeUndefined();
  });

  test('a link that Git wrote as a text file is explained', () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'link-')), 'plugin.json');
    writeFileSync(file, '../plugin.json');
    expect(brokenLink(file)).toMatch(/git config core.symlinks true/);
    expect(brokenLink(file + '.missing')).toMatch(/symbolic link/);
  });

  test('gets the version and date when it is built', () => {
    const built = JSON.parse(read('dist/plugin.json')) as Manifest;
    expect(built.info.version).toBe((JSON.parse(read('package.json')) as { version: string }).version);
    expect(built.info.updated).toMatch(/^\d{4}-\d\d-\d\d$/);
  });
});

describe('package-lock.json', () => {
  interface Locked {
    resolved?: string;
    optionalDependencies?: Record<string, string>;
  }
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };

  test('takes everything from the ordinary registry', () => {
    // @grafana/ui names react-data-grid by a git address, which many networks refuse: package.json overrides it.
    const elsewhere = Object.entries(packages).filter(
      ([name, { resolved }]) => name !== '' && !resolved?.startsWith('https://registry.npmjs.org/')
    );
    expect(elsewhere.map(([name]) => name)).toEqual([]);
  });

  test('holds the binaries of every platform', () => {
    // npm leaves out silently what the registry does not offer yet, and "npm ci" then refuses the file: the packages
    // with binaries of their own stay at versions that are complete.
    const missing = Object.values(packages)
      .flatMap((locked) => Object.keys(locked.optionalDependencies ?? {}))
      .filter((name) => !Object.keys(packages).some((key) => key.endsWith(`node_modules/${name}`)));
    expect(missing).toEqual([]);
  });
});

describe('bundled dashboards', () => {
  test.each(dashboards)('%s asks only for query types and formats that exist', (file) => {
    const asked = queriesIn(JSON.parse(readFileSync(path.join(dashboardFolder, file), 'utf8')));
    expect(asked.length).toBeGreaterThan(0);
    const unknown = asked.filter(({ queryType, format }) => {
      const type = findQueryType(queryType);
      return !type || (format !== undefined && !type.formats.some(({ id }) => id === format));
    });
    expect(unknown).toEqual([]);
  });
});

describe('dist/module.js', () => {
  const bundle = path.join(root, 'dist/module.js');

  test('is built', () => {
    // Without it the next test could not tell anything: run "npm run build" first.
    expect(existsSync(bundle)).toBe(true);
  });

  test('asks the host only for what Grafana 12.2.0 shares', () => {
    const code = readFileSync(bundle, 'utf8');
    const list = /define\((?:"[^"]*",)?(\[[^\]]*\])/.exec(code)?.[1];
    const asked = JSON.parse(list ?? '[]') as string[];
    expect(asked).toEqual(expect.arrayContaining(['@grafana/data', '@grafana/runtime', '@grafana/ui', 'react']));
    // "module" is the loader's own: create-plugin's configuration finds the plugin's public path by it.
    expect(asked.filter((name) => name !== 'module' && !sharedBy12.includes(name))).toEqual([]);
  });

  test('uses nothing that React 19 took away, nor what the catalogue refuses', () => {
    const code = readFileSync(bundle, 'utf8');
    // A bundled runtime of React 18 reaches into React's internals, which breaks the page on Grafana with React 19.
    const removed =
      /__SECRET_INTERNALS|jsx-runtime|findDOMNode|\.propTypes\b|\.defaultProps\b|getChildContext|unmountComponentAtNode/;
    expect(removed.exec(code)).toBeNull();
    expect(/\bconsole\.\w+|\bwindow\.\w+|\b(alert|confirm|prompt)\(/.exec(code)).toBeNull();
  });

  test('our list of externals names nothing that 12.2.0 does not share', () => {
    expect(externals.filter((name) => !sharedBy12.includes(name))).toEqual([]);
  });
});

// Read from sharedDependencies.ts of Grafana 12.2.0, without what only Angular plugins used.
const sharedBy12 = [
  '@emotion/css',
  '@emotion/react',
  '@grafana/data',
  '@grafana/data/unstable',
  '@grafana/runtime',
  '@grafana/runtime/unstable',
  '@grafana/slate-react',
  '@grafana/ui',
  '@grafana/ui/unstable',
  'd3',
  'emotion',
  'i18next',
  'jquery',
  'lodash',
  'moment',
  'prismjs',
  'react',
  'react-dom',
  'react-inlinesvg',
  'react-redux',
  'react-router',
  'react-router-dom',
  'redux',
  'rxjs',
  'rxjs/operators',
  'slate',
  'slate-plain-serializer',
  'slate-react',
];

function queriesIn(value: unknown): Array<{ queryType: string; format?: string }> {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  const own = 'queryType' in value ? [value as { queryType: string; format?: string }] : [];
  return [...own, ...Object.values(value).flatMap(queriesIn)];
}

test.each(dashboards)('%s is found by the links that Grafana adds to other dashboards', (name) => {
  const { tags } = JSON.parse(readFileSync(path.join(dashboardFolder, name), 'utf8')) as { tags: string[] };
  expect(tags).toEqual(expect.arrayContaining(defaultLinks.flatMap((link) => link.tags)));
});
