import React from 'react';
import { type TimeRange } from '@grafana/data';
import { EditorField } from '@grafana/plugin-ui';

import { durationProblem, isVariable, numberProblem } from '../../inputProblems';
import { type Param } from '../../queryTypes';
import { type SynapseQuery } from '../../types';
import { type ValueSource } from '../../values';
import { Choice } from '../Choice';
import { DraftInput } from '../DraftInput';
import { SuggestedValues } from '../SuggestedValues';
import { SearchedChoice } from './SearchedChoice';
import { SwitchField } from './SwitchField';

interface Props {
  param: Param;
  query: SynapseQuery;
  datasource: ValueSource;
  range?: TimeRange;
  /** Undefined takes the parameter out of the query: the default holds. */
  onChange: (value: unknown) => void;
}

/** One parameter of a query type, edited as its kind asks. */
export function ParamField(props: Props) {
  return (
    <EditorField
      label={props.param.title}
      tooltip={props.param.help}
      width={props.param.kind === 'list' ? 24 : undefined}
    >
      {control(props)}
    </EditorField>
  );
}

function control({ param, query, datasource, range, onChange }: Props) {
  const id = `synapse-param-${param.id}`;
  const value = query[param.id];
  switch (param.kind) {
    case 'boolean':
      return (
        <SwitchField
          id={id}
          value={value}
          fallback={Boolean(param.default)}
          variables={datasource.variableReferences()}
          onChange={onChange}
        />
      );
    case 'choice':
      if (param.options?.some(({ keywords }) => keywords?.length)) {
        return (
          <SearchedChoice
            id={id}
            param={param}
            value={printed(value) || printed(param.default)}
            variables={datasource.variableReferences()}
            onChange={onChange}
          />
        );
      }
      return (
        <Choice
          id={id}
          options={[
            ...(param.options ?? []).map((option) => ({ value: option.value, label: option.title })),
            ...datasource.variableReferences().map((name) => ({ value: name, label: name })),
          ]}
          value={printed(value) || printed(param.default) || null}
          onChange={onChange}
          width={24}
        />
      );
    case 'list':
      return (
        <SuggestedValues
          id={id}
          kind={param.values}
          options={param.options}
          value={value}
          placeholder={printed(param.default) || 'All'}
          datasource={datasource}
          filters={query}
          range={range}
          onChange={onChange}
        />
      );
    default:
      return (
        <DraftInput
          id={id}
          value={printed(value)}
          placeholder={printed(param.default)}
          width={param.kind === 'numbers' ? 32 : 16}
          problem={(text) => problemOf(param, text)}
          onCommit={(text) => onChange(parsed(param, text))}
        />
      );
  }
}

function problemOf(param: Param, text: string): string | undefined {
  if (isVariable(text)) {
    return undefined;
  }
  switch (param.kind) {
    case 'duration':
      return durationProblem(text);
    case 'number':
      return numberProblem(text, param.min, param.max);
    case 'numbers':
      return separate(text)
        .map((part) => numberProblem(part, param.min, param.max))
        .find(Boolean);
    default:
      return undefined;
  }
}

function parsed(param: Param, text: string): unknown {
  if (text === '') {
    return undefined;
  }
  if (isVariable(text)) {
    return param.kind === 'numbers' ? separate(text) : text;
  }
  switch (param.kind) {
    case 'number':
      return Number(text);
    case 'numbers':
      return separate(text).map(Number);
    default:
      return text;
  }
}

function separate(text: string): string[] {
  return text.split(/[,;\s]+/).filter(Boolean);
}

function printed(value: unknown): string {
  if (Array.isArray(value)) {
    return value.map(String).join(', ');
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
