import { TableCellHeight, TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import { type DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';

import { columnsOf } from '../declarations';
import { datasource, query, resolution } from '../query';

export interface Column {
  /** The column's id in the frame. */
  name: string;
  /** Pixels; a column without takes its share of what is left. */
  width?: number;
  settings?: DynamicConfigValue[];
}

export interface Table {
  title: string;
  description: string;
  queryType: string;
  format: string;
  parameters?: Record<string, unknown>;
  /** Shown from left to right; the query's other columns stay out until the reader switches them on. */
  columns: Column[];
  /** A column: rows in which it is empty stay out. */
  only?: string;
  /** A column: its largest value comes first, where the backend's order is not the one to read in. */
  sortBy?: string;
  height: number;
  /** False leaves the columns' titles out. */
  header?: boolean;
  /** Columns of the 24; by default all of them. */
  span?: number;
  /** Said where there is no row; by default "No data". */
  none?: string;
}

/** A ranking, in the order in which the backend delivers it. */
export function table({
  title,
  description,
  queryType,
  format,
  parameters,
  columns,
  only,
  sortBy,
  height,
  header = true,
  span = 24,
  none,
}: Table): PanelBuilder {
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(datasource)
    .withTarget(query(queryType, format, parameters))
    .maxDataPoints(resolution.maxDataPoints)
    .interval(resolution.interval)
    .transformations([
      ...(only ? [filled(queryType, format, only)] : []),
      arrange(
        queryType,
        format,
        columns.map(({ name }) => name)
      ),
    ])
    .span(span)
    .height(height)
    .showHeader(header)
    .sortBy(sortBy ? [descending(titleOf(queryType, format, sortBy))] : [])
    .cellHeight(TableCellHeight.Sm)
    .overrides([
      wrappedTitles,
      unknownNumbers,
      ...(none ? [emptyCells] : []),
      ...columns.map(override).filter(({ properties }) => properties.length > 0),
    ]);
  return none ? panel.noValue(none) : panel;
}

const wrappedTitles = {
  matcher: { id: 'byRegexp', options: '/.*/' },
  properties: [{ id: 'custom.wrapHeaderText', value: true }],
};

/** A number that is not known is told from one that was not loaded. */
const unknownNumbers = {
  matcher: { id: 'byType', options: 'number' },
  properties: [{ id: 'noValue', value: '–' }],
};

/** What is said of an empty table is not said in an empty cell. */
const emptyCells = {
  matcher: { id: 'byRegexp', options: '/.*/' },
  properties: [{ id: 'noValue', value: '\u00a0' }],
};

function override({ name, width, settings = [] }: Column) {
  const properties = [...(width === undefined ? [] : [{ id: 'custom.width', value: width }]), ...settings];
  return { matcher: { id: 'byName', options: name }, properties };
}

/** Grafana knows columns by the titles that people see. */
function titleOf(queryType: string, format: string, name: string): string {
  return columnsOf(queryType, format).find((column) => column.name === name)?.title ?? name;
}

const descending = (title: string) => new TableSortByFieldStateBuilder().displayName(title).desc(true);

/** Leaves out the rows in which a column is empty. */
function filled(queryType: string, format: string, name: string) {
  return {
    id: 'filterByValue',
    options: {
      type: 'include',
      match: 'all',
      filters: [{ fieldName: titleOf(queryType, format, name), config: { id: 'regex', options: { value: '.+' } } }],
    },
  };
}

/** Leaves these columns, in this order. */
export function arrange(queryType: string, format: string, columns: string[]) {
  const declared = columnsOf(queryType, format);
  const place = new Map(columns.map((name, at) => [name, at]));
  const rest = declared.filter(({ name }) => !place.has(name));
  const order = declared.flatMap(({ name, title }) => [[title, place.get(name) ?? columns.length + 1] as const]);
  return {
    id: 'organize',
    options: {
      excludeByName: Object.fromEntries(rest.map(({ title }) => [title, true])),
      includeByName: {},
      indexByName: Object.fromEntries(order),
      renameByName: {},
    },
  };
}
