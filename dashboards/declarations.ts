import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** What the dashboards read of the query types' declarations, which the backend generates. */
export interface Declaration {
  id: string;
  formats: Array<{ id: string }>;
  params: Array<{ id: string; formats?: string[] }>;
  filters: string[];
  limit?: { max: number };
  columns?: Record<string, Array<{ name: string; title: string }>>;
}

const file = resolve(__dirname, '../src/generated/queryTypes.json');

export const declarations: Declaration[] = existsSync(file)
  ? (JSON.parse(readFileSync(file, 'utf8')) as { queryTypes: Declaration[] }).queryTypes
  : [];

/** What the dashboards read of the checks' declarations. */
interface Check {
  id: string;
  title: string;
  /** The panel that shows what the check measures: its id, or "graph:<id>" for a graph of the catalogue. */
  panel: string;
  warning: number | null;
  critical: number | null;
}

export const checks = JSON.parse(readFileSync(resolve(__dirname, '../src/generated/checks.json'), 'utf8')) as Check[];

/** Where a check becomes a warning and critical, by default; critical is left out where it never does. */
export function levelsOf(id: string): number[] {
  const check = checks.find((one) => one.id === id);
  return [check?.warning, check?.critical].filter((level) => typeof level === 'number');
}

/** What each check finds, in words. */
export const titleOfCheck: Record<string, string> = Object.fromEntries(checks.map(({ id, title }) => [id, title]));

/** What the dashboards read of a graph's declaration. */
export interface GraphDeclaration {
  id: string;
  section: string;
  title: string;
  help: string;
  worry?: string;
  levels?: { warning: number; critical: number; source: string };
  unit: string;
  kind: 'lines' | 'stack' | 'states' | 'histogram';
  formats: string[];
  check?: string;
  /** Values below 0 mean something. */
  signed?: boolean;
}

export const graphs = JSON.parse(
  readFileSync(resolve(__dirname, '../src/generated/graphs.json'), 'utf8')
) as GraphDeclaration[];

/** The columns of a table format, in the order in which the backend delivers them. */
export function columnsOf(queryType: string, format: string): Array<{ name: string; title: string }> {
  const columns = declarations.find(({ id }) => id === queryType)?.columns?.[format] ?? [];
  // Grafana reads annotations by field name, so their columns have no other title.
  return format === 'annotations' ? columns.map(({ name }) => ({ name, title: name })) : columns;
}
