import { type FilterId } from './filters';
import document from './generated/queryTypes.json';
import { type SynapseQuery } from './types';

export interface Format {
  id: string;
  title: string;
  help: string;
  visualization: string;
}

/** How a parameter is written in the query, and so which control edits it. */
type ParamKind = 'text' | 'number' | 'boolean' | 'duration' | 'choice' | 'list' | 'numbers';

/** One value to choose. */
export interface ParamOption {
  value: string;
  title: string;
  /** What helps to find one of many: a heading, what it is, and words that a reader may search for. */
  group?: string;
  description?: string;
  keywords?: string[];
  /** The formats that go with it; absent means all. */
  formats?: string[];
}

export interface Param {
  id: string;
  title: string;
  help: string;
  kind: ParamKind;
  default?: unknown;
  /** All values of a choice; suggestions of a list. */
  options?: ParamOption[];
  min?: number;
  max?: number;
  /** The resource that suggests values: /values/<values>. */
  values?: string;
  /** The formats it acts on; absent means all. */
  formats?: string[];
}

export interface QueryType {
  id: string;
  title: string;
  help: string;
  formats: Format[];
  filters: FilterId[];
  limit?: { default: number; max: number };
  params: Param[];
  examples: Array<{ title: string; query: Partial<SynapseQuery> }>;
}

/** The declarations that the backend generates: nothing about a query type is repeated in this front end. */
export const queryTypes = (document as unknown as { queryTypes: QueryType[] }).queryTypes;

export function findQueryType(id: string | undefined): QueryType | undefined {
  return queryTypes.find((type) => type.id === id);
}

/** The format a query asks for; the first one where it names none, undefined where it names an unknown one. */
export function formatOf(type: QueryType, query: SynapseQuery): Format | undefined {
  return query.format ? type.formats.find((format) => format.id === query.format) : type.formats[0];
}

/** The formats that go with what a query has chosen. */
export function formatsOf(type: QueryType, query: SynapseQuery): Format[] {
  const chosen = type.params.flatMap(({ id, default: fallback, options }) =>
    (options ?? []).filter(({ value, formats }) => formats?.length && value === (query[id] ?? fallback))
  );
  return type.formats.filter(({ id }) => chosen.every(({ formats }) => formats?.includes(id)));
}

/** The options that a text finds: every word of it in the title, the heading, the description or a keyword. */
export function findOptions(options: ParamOption[], text: string): ParamOption[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return options.filter(({ value, title, group = '', description = '', keywords = [] }) => {
    const searched = [value, title, group, description, ...keywords].join(' ').toLowerCase();
    return words.every((word) => searched.includes(word));
  });
}

/** A question in words, and the query that answers it. */
export interface Question {
  option: ParamOption;
  query: Partial<SynapseQuery>;
}

/** Every question that the declarations name, found by its words, and by those of its query type and format. */
export const questions: Question[] = queryTypes.flatMap((type) =>
  type.examples.map(({ title, query }) => {
    const format = type.formats.find(({ id }) => id === query.format) ?? type.formats[0];
    return {
      option: {
        value: `${type.id}: ${title}`,
        title,
        group: type.title,
        description: format.title,
        keywords: [type.id, type.help, format.id, format.help],
      },
      query: { ...query, queryType: type.id },
    };
  })
);

/** The question that a query answers, whatever it is narrowed to; undefined where it has parameters of its own. */
export function questionOf(query: SynapseQuery): Question | undefined {
  const type = findQueryType(query.queryType);
  const written = (asked: Partial<SynapseQuery>) =>
    JSON.stringify(
      ['format', 'limit', ...(type?.params ?? []).map(({ id }) => id)].map((id) =>
        id === 'format' ? (asked.format ?? type?.formats[0].id) : asked[id]
      )
    );
  return questions.find(({ query: asked }) => asked.queryType === query.queryType && written(asked) === written(query));
}

/** The query of a question, about the homeservers and processes that were chosen before. */
export function askQuestion(query: SynapseQuery, asked: Partial<SynapseQuery>): SynapseQuery {
  const next = findQueryType(asked.queryType);
  const result: SynapseQuery = next ? withQueryType(query, next) : { ...query };
  for (const id of ['format', 'limit', ...(next?.params ?? []).map((param) => param.id)]) {
    delete result[id];
  }
  return { ...result, ...asked };
}

/** The parameters that act on a format. */
export function paramsOf(type: QueryType, format: Format | undefined): Param[] {
  return type.params.filter((param) => !format || !param.formats?.length || param.formats.includes(format.id));
}

/** A query in a line: what is asked, how it is shown, and what narrows it. */
export function describeQuery(query: SynapseQuery): string {
  const type = findQueryType(query.queryType);
  if (!type) {
    return query.queryType ?? '';
  }
  const format = formatOf(type, query)?.title ?? query.format ?? '';
  const narrowed = [...type.filters, ...type.params.map(({ id }) => id)]
    .map((id) => [id, [query[id]].flat().filter(isPlain).join(',')])
    .filter(([, values]) => values !== '')
    .map(([id, values]) => `${id}=${values}`);
  return [`${type.title}: ${format}`, ...narrowed].join(', ');
}

const isPlain = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);

/** The same query asked as another type: what the new type understands stays, the rest goes. */
export function withQueryType(query: SynapseQuery, next: QueryType): SynapseQuery {
  const result: SynapseQuery = { ...query, queryType: next.id };
  const unknown = queryTypes
    .flatMap((type) => [...type.filters, ...type.params.map((param) => param.id)])
    .filter((id) => !next.filters.some((filter) => filter === id) && !keepsParam(query, next, id));
  for (const id of unknown) {
    delete result[id];
  }
  if (!next.formats.some((format) => format.id === query.format)) {
    delete result.format;
  }
  if (!next.limit?.max || Number(query.limit) > next.limit.max) {
    delete result.limit;
  }
  return result;
}

function keepsParam(query: SynapseQuery, next: QueryType, id: string): boolean {
  const before = findQueryType(query.queryType)?.params.find((param) => param.id === id);
  const after = next.params.find((param) => param.id === id);
  const validChoice =
    after?.kind !== 'choice' || !after.options?.length || after.options.some((option) => option.value === query[id]);
  return after !== undefined && before?.kind === after.kind && validChoice;
}
