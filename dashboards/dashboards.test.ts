import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';

import { checks, type Declaration, declarations, graphs } from './declarations';
import { dashboardFiles, generatedFiles, root } from './files';
import { addressOfCheck, type Place } from './places';
import { pluginId } from './query';

const read = (path: string) => readFileSync(resolve(root, path), 'utf8');

interface Node {
  [key: string]: unknown;
}

/** Every object within a value. */
function objects(value: unknown): Node[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  const inner = Object.values(value).flatMap(objects);
  return Array.isArray(value) ? inner : [value as Node, ...inner];
}

const dashboards = dashboardFiles.map(({ path, content }) => [basename(path), JSON.parse(content) as Node] as const);

/** All panels, those in closed rows too. */
function panelsIn(panels: Node[] = []): Node[] {
  return panels.flatMap((panel) => [panel, ...((panel.panels ?? []) as Node[])]);
}

/** The panel that an address leads to. */
function panelAt(address: string): Node | undefined {
  const [uid, number] = address.split('?viewPanel=panel-');
  const dashboard = dashboards.find(([, { uid: its }]) => its === uid)?.[1];
  return panelsIn(dashboard?.panels as Node[] | undefined).find(({ id }) => id === Number(number));
}

test.each(checks)('the check $id leads to $panel, which is there and shows something', ({ id }) => {
  const panel = panelAt(addressOfCheck[id]);
  expect(panel?.targets).toBeTruthy();
  // Grafana can't open a repeated panel by its number.
  expect(panel?.repeat).toBeUndefined();
});

test('the panels that others look up stand where they are said to be', () => {
  const places = JSON.parse(read('src/generated/panels.json')) as Record<string, Place>;
  for (const { dashboard, panel, title } of Object.values(places)) {
    expect(panelAt(`${dashboard}?viewPanel=panel-${panel}`)?.title).toBe(title);
  }
  expect(places.findings).toMatchObject({ dashboard: 'synapse-diagnosis', panel: 12, title: 'Findings' });
  // A graph of the catalogue is found by its own id as well.
  expect(places['graph:background-cpu']).toEqual(places['jobs-cpu']);
});

test('every graph of the catalogue is on "Synapse: all graphs", in closed rows, with its words and its check', () => {
  const all = dashboards.find(([name]) => name === 'synapse-graphs.json')?.[1];
  const open = all?.panels as Node[];
  expect(open.filter(({ type }) => type !== 'row').map(({ type }) => type)).toEqual(['text']);
  expect(open.filter(({ type }) => type === 'row').every(({ collapsed }) => collapsed === true)).toBe(true);
  const shown = panelsIn(open).filter(({ targets }) => targets);
  for (const { id, title, help, check, formats } of graphs) {
    const panels = shown.filter(({ targets }) => (targets as Node[])[0].graph === id);
    expect(panels).toHaveLength(formats.includes('heatmap') ? 2 : 1);
    expect(panels[0].title).toBe(title);
    expect(String(panels[0].description)).toContain(help);
    expect(panels[0].links).toHaveLength(check ? 1 : 0);
  }
});

test.each(generatedFiles)('$path is what the generator makes (npm run generate:dashboards)', ({ path, content }) => {
  expect(read(path)).toBe(content);
});

describe.each(dashboards)('%s', (name, dashboard) => {
  const panels = panelsIn(dashboard.panels as Node[]);
  const open = dashboard.panels as Node[];
  const targets = panels.flatMap(({ targets }) => (targets ?? []) as Node[]);

  test('has a uid, a title and a tag to find it by', () => {
    expect(dashboard).toMatchObject({
      uid: expect.stringMatching(/^[a-z-]{8,40}$/) as string,
      tags: ['matrix-synapse'],
    });
    expect(dashboard.title).toMatch(/^Synapse: /);
  });

  test('comes with the plugin', () => {
    const { includes } = JSON.parse(read('plugin.json')) as { includes: Node[] };
    expect(includes).toContainEqual({ type: 'dashboard', name: dashboard.title, path: `dashboards/${name}` });
  });

  test('takes its data source from the variable alone', () => {
    const [variable] = (dashboard.templating as { list: Node[] }).list;
    expect(variable).toMatchObject({ type: 'datasource', name: 'datasource', query: pluginId });
    const named = objects(dashboard).filter((node) => 'datasource' in node);
    expect(named.length).toBeGreaterThan(targets.length);
    for (const node of named) {
      expect(node.datasource).toEqual({ type: pluginId, uid: '${datasource}' });
    }
  });

  test('numbers its panels uniquely, and gives each a title and a description', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const panel of panels.filter(({ type }) => type !== 'row')) {
      expect([panel.title, panel.description].filter(Boolean)).toHaveLength(2);
    }
  });

  test('begins each section with its verdict, from the checks that lead to its panels', () => {
    const rows = open.flatMap((panel, at) => (panel.type === 'row' && !panel.collapsed ? [at] : []));
    const sections = rows.map((row, at) => open.slice(row, rows[at + 1]));
    for (const [row, words, verdict, ...rest] of sections) {
      const led = Object.entries(addressOfCheck).flatMap(([check, place]) =>
        rest.some(({ id }) => place === `${String(dashboard.uid)}?viewPanel=panel-${String(id)}`) ? [check] : []
      );
      expect(words.type === 'text' || row.id === 950).toBe(true);
      if (led.length > 0) {
        expect(row.title).toMatch(/\?$/);
        expect(verdict.title).toBe('Verdict');
        const [{ queryType, format, checks }] = verdict.targets as Node[];
        expect({ queryType, format }).toEqual({ queryType: 'diagnosis', format: 'findings' });
        expect(checks).toEqual(led);
      }
    }
  });

  test('lets all panels but the heatmap ask equally finely, so that they share answers', () => {
    const asking = panels.filter(({ targets, type }) => targets && type !== 'heatmap');
    const asked = asking.map(({ maxDataPoints, interval }) => `${String(maxDataPoints)} points, ${String(interval)}`);
    expect([...new Set(asked)]).toHaveLength(1);
  });

  // A closed row's panels stand as if no other row were open.
  const sheets = [open, ...open.map((row) => (row.panels ?? []) as Node[]).filter(({ length }) => length > 0)];

  test.each(sheets)('lets no panel overlap another or leave the grid', (...sheet) => {
    const taken = new Set<string>();
    for (const { gridPos } of sheet) {
      const { x, y, w, h } = gridPos as Record<'x' | 'y' | 'w' | 'h', number>;
      expect(x + w).toBeLessThanOrEqual(24);
      for (let cell = 0; cell < w * h; cell++) {
        const key = `${x + (cell % w)},${y + Math.floor(cell / w)}`;
        expect(taken).not.toContain(key);
        taken.add(key);
      }
    }
  });

  test.each(sheets)('shows its panels in the order in which they are listed', (...sheet) => {
    const tops = sheet.map(({ gridPos }) => (gridPos as Record<'y', number>).y);
    expect(tops).toEqual([...tops].sort((a, b) => a - b));
  });

  test('keeps the words of a section to two lines on a phone, and their title beside the verdict to one', () => {
    for (const panel of panels.filter(({ type }) => type === 'text')) {
      expect(String(panel.title).length).toBeLessThanOrEqual(32);
      const { content } = panel.options as { content: string };
      expect(content.replace(/\]\([^)]*\)|[*`[]/g, '').length).toBeLessThanOrEqual(100);
    }
  });

  test.each(targets.map((target) => [target.queryType, target.format, target] as const))(
    'asks what is declared: %s %s',
    (queryType, format, target) => {
      const declaration = declarations.find(({ id }) => id === queryType);
      expect(declaration?.formats.map(({ id }) => id)).toContain(format);
      expect(Object.keys(target).filter((key) => !understood(declaration, String(format), key))).toEqual([]);
    }
  );

  test('shows only columns that are declared', () => {
    for (const panel of panels.filter(({ type }) => type === 'table')) {
      const [{ queryType, format }] = panel.targets as Node[];
      const declared = declarations.find(({ id }) => id === queryType)?.columns?.[String(format)];
      const { overrides } = panel.fieldConfig as { overrides: Array<{ matcher: { id: string; options: string } }> };
      const shown = overrides.flatMap(({ matcher }) => (matcher.id === 'byName' ? [matcher.options] : []));
      expect(declared?.map((column) => column.name)).toEqual(expect.arrayContaining(shown));
    }
  });
});

function understood(type: Declaration | undefined, format: string, key: string): boolean {
  const param = type?.params.find(({ id }) => id === key);
  return (
    ['refId', 'datasource', 'queryType', 'format'].includes(key) ||
    (key === 'limit' && type?.limit !== undefined) ||
    type?.filters.includes(key) === true ||
    (param !== undefined && (!param.formats?.length || param.formats.includes(format)))
  );
}
