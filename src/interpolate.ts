import { type ScopedVars } from '@grafana/data';
import { type TemplateSrv } from '@grafana/runtime';

import { filterIds } from './filters';
import { findQueryType, type Param } from './queryTypes';
import { type SynapseQuery } from './types';

/** Fills template variables into every key that may hold one. */
export function interpolateQuery(query: SynapseQuery, templates: TemplateSrv, scopedVars: ScopedVars): SynapseQuery {
  const result: SynapseQuery = { ...query };
  for (const id of filterIds) {
    setOrDelete(result, id, interpolateList(query[id], templates, scopedVars));
  }
  for (const param of findQueryType(query.queryType)?.params ?? []) {
    if (query[param.id] !== undefined) {
      setOrDelete(result, param.id, interpolateParam(param, query[param.id], templates, scopedVars));
    }
  }
  for (const id of ['format', 'limit'] as const) {
    const value = query[id];
    if (typeof value === 'string') {
      const text = templates.replace(value, scopedVars);
      setOrDelete(result, id, id === 'limit' ? numberOr(text) : text);
    }
  }
  return result;
}

/**
 * The exact values that a filter stands for; undefined means all. A variable with several values becomes several
 * entries, and "All", in whichever of its forms, becomes no filter: Synapse series without the label must stay in.
 */
export function interpolateList(value: unknown, templates: TemplateSrv, scopedVars: ScopedVars): string[] | undefined {
  const entries = (Array.isArray(value) ? value : [value]).filter((entry) => entry !== undefined && entry !== null);
  const values: string[] = [];
  for (const entry of entries) {
    const expanded = expand(String(entry), templates, scopedVars);
    if (expanded === 'all') {
      return undefined;
    }
    values.push(...expanded);
  }
  const distinct = [...new Set(values.filter((text) => text !== ''))];
  return distinct.length > 0 ? distinct : undefined;
}

function interpolateParam(param: Param, value: unknown, templates: TemplateSrv, scopedVars: ScopedVars): unknown {
  if (param.kind === 'list') {
    return interpolateList(value, templates, scopedVars);
  }
  if (param.kind === 'numbers') {
    return interpolateList(value, templates, scopedVars)?.map(numberOr);
  }
  if (typeof value !== 'string') {
    return value;
  }
  const text = templates.replace(value, scopedVars, 'csv');
  if (param.kind === 'number') {
    return numberOr(text);
  }
  return param.kind === 'boolean' && (text === 'true' || text === 'false') ? text === 'true' : text;
}

function expand(text: string, templates: TemplateSrv, scopedVars: ScopedVars): string[] | 'all' {
  const choices: string[][] = [];
  let isAll = false;
  const template = templates.replace(withoutFormats(text), scopedVars, (value: unknown, variable: { name: string }) => {
    const values = (Array.isArray(value) ? value : [value]).map(String);
    const label = templates.replace('${' + variable.name + ':text}', scopedVars);
    isAll ||= label === 'All' && (values.length !== 1 || values[0] !== 'All');
    choices.push(values);
    return placeholder(choices.length - 1);
  });
  if ((isAll && template === placeholder(0)) || matchesEverything(template)) {
    return 'all';
  }
  return choices.reduce<string[]>(
    (texts, values, at) => texts.flatMap((one) => values.map((value) => one.replaceAll(placeholder(at), () => value))),
    [template]
  );
}

// A character that no label value holds, so a value can't be mistaken for a placeholder.
const placeholder = (at: number) => `\u0000${at}\u0000`;

/** `${job:regex}` and its like escape for languages that we don't speak: filters match exactly. */
function withoutFormats(text: string): string {
  return text.replace(/\$\{(\w+)((?:\.[^:}]+)?):(?!text})[^}]+\}|\[\[(\w+):(?!text)\w+\]\]/g, (_, name, path, old) =>
    old ? `[[${old}]]` : '${' + name + path + '}'
  );
}

/** "All" with a custom value arrives as a pattern, often quoted or in brackets. */
function matchesEverything(text: string): boolean {
  const bare = text.trim().replace(/^["'/(^]+|["'/)$]+$/g, '');
  return ['.*', '.+', '__all', '*'].includes(bare.replace(/^\$/, ''));
}

function numberOr(text: string): number | string {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

function setOrDelete(query: SynapseQuery, id: string, value: unknown) {
  if (value === undefined || value === '') {
    delete query[id];
  } else {
    query[id] = value;
  }
}
