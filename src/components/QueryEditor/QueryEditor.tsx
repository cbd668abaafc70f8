import React, { useEffect } from 'react';
import { CoreApp, type QueryEditorProps } from '@grafana/data';
import { EditorField, EditorRow, EditorRows } from '@grafana/plugin-ui';
import { Alert, Text } from '@grafana/ui';

import { type SynapseDatasource } from '../../datasource';
import { isVariable, wholeProblem } from '../../inputProblems';
import { askQuestion, findQueryType, formatOf, formatsOf, paramsOf, queryTypes, withQueryType } from '../../queryTypes';
import { type SynapseOptions, type SynapseQuery } from '../../types';
import { Choice } from '../Choice';
import { DraftInput } from '../DraftInput';
import { FilterFields } from './FilterFields';
import { ParamField } from './ParamField';
import { QuestionField } from './QuestionField';

type Props = QueryEditorProps<SynapseDatasource, SynapseQuery, SynapseOptions>;

const typeOptions = queryTypes.map((type) => ({ value: type.id, label: type.title, description: type.help }));

const panels: Record<string, string> = {
  table: 'a table',
  timeseries: 'a time series',
  heatmap: 'a heatmap',
  barchart: 'a bar chart',
  stat: 'a stat',
  trend: 'a trend',
  'state-timeline': 'a state timeline',
};

/** The editor of a query, built from the declarations of the query types alone. */
export function QueryEditor({ query, datasource, app = CoreApp.Unknown, range, onChange, onRunQuery }: Props) {
  const isNew = !query.queryType;
  useEffect(() => {
    if (isNew) {
      // Grafana runs the default query where none is chosen: the editor shows it, so that it can be seen and saved.
      onChange({ ...query, ...datasource.getDefaultQuery(app) });
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, whatever else changes
  }, [isNew]);
  const type = findQueryType(query.queryType);
  const format = type && formatOf(type, query);
  const formats = type ? formatsOf(type, query) : [];
  // Which format a variable stands for is known only when the query runs: all parameters are shown until then.
  const isVariableFormat = isVariable(query.format ?? '');
  const update = (changed: Partial<SynapseQuery>) => {
    const next = withoutUndefined({ ...query, ...changed });
    if (type && !('format' in changed) && format && !formatsOf(type, next).includes(format)) {
      // Another graph, drawn in its own first format.
      delete next.format;
    }
    onChange(next);
    onRunQuery();
  };
  const pickType = (id: string) => {
    const next = findQueryType(id);
    if (next) {
      onChange(withQueryType(query, next));
      onRunQuery();
    }
  };
  return (
    <EditorRows>
      <EditorRow>
        <EditorField label="Question" tooltip="What you want to know, in words. The fields below can change it.">
          <QuestionField
            id="synapse-question"
            query={query}
            onAsk={(asked) => {
              onChange(askQuestion(query, asked));
              onRunQuery();
            }}
          />
        </EditorField>
      </EditorRow>
      <EditorRow>
        <EditorField label="Query type" tooltip="What to find out about the homeserver.">
          <Choice
            id="synapse-query-type"
            options={typeOptions}
            value={query.queryType ?? null}
            placeholder="Choose a query type"
            onChange={pickType}
            width={32}
          />
        </EditorField>
        {type && (formats.length > 1 || !format || !formats.includes(format)) && (
          <EditorField label="Show as" tooltip={format?.help}>
            <Choice
              id="synapse-format"
              options={[
                ...formats.map(({ id, title, help }) => ({ value: id, label: title, description: help })),
                ...datasource.variableReferences().map((name) => ({ value: name, label: name })),
              ]}
              value={query.format ?? format?.id ?? null}
              onChange={(id) => update({ format: id })}
              width={24}
            />
          </EditorField>
        )}
        {type?.limit !== undefined && type.limit.max > 0 && (
          <EditorField
            label="Limit"
            tooltip={`Maximum number of rows or series per homeserver, up to ${type.limit.max}.`}
          >
            <DraftInput
              id="synapse-limit"
              value={query.limit === undefined ? '' : String(query.limit)}
              placeholder={String(type.limit.default)}
              width={10}
              problem={(text) => (isVariable(text) ? undefined : wholeProblem(text, 1, type.limit?.max))}
              onCommit={(text) => update({ limit: text === '' || isVariable(text) ? text : Number(text) })}
            />
          </EditorField>
        )}
      </EditorRow>
      {type && type.filters.length > 0 && (
        <EditorRow>
          <FilterFields ids={type.filters} query={query} datasource={datasource} range={range} onChange={update} />
        </EditorRow>
      )}
      {type && paramsOf(type, format).length > 0 && (
        <EditorRow>
          {paramsOf(type, format).map((param) => (
            <ParamField
              key={param.id}
              param={param}
              query={query}
              datasource={datasource}
              range={range}
              onChange={(value) => update({ [param.id]: value })}
            />
          ))}
        </EditorRow>
      )}
      {query.queryType && !type && (
        <Alert severity="warning" title={`Unknown query type “${query.queryType}”`}>
          Choose another query type, or update the plugin if a newer version made this query. Until then the query is
          kept.
        </Alert>
      )}
      {type && format && !formats.includes(format) && (
        <Alert severity="warning" title={`What is chosen has no format “${format.title}”`}>
          Choose a format under “Show as”.
        </Alert>
      )}
      {type && !format && !isVariableFormat && (
        <Alert severity="warning" title={`Unknown format “${query.format}” of “${type.title}”`}>
          Choose a format under “Show as”.
        </Alert>
      )}
      {type && (
        <Text color="secondary" variant="bodySmall">
          {type.help} {type.formats.length > 1 && format?.help}{' '}
          {format && `Best shown in ${panels[format.visualization] ?? `a ${format.visualization}`} panel.`}
        </Text>
      )}
    </EditorRows>
  );
}

function withoutUndefined(query: SynapseQuery): SynapseQuery {
  const kept = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  return { refId: query.refId, ...Object.fromEntries(kept) };
}
