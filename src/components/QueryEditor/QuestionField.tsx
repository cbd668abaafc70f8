import React from 'react';
import { type ComboboxOption } from '@grafana/ui';

import { findOptions, questionOf, questions } from '../../queryTypes';
import { type SynapseQuery } from '../../types';
import { Choice } from '../Choice';

interface Props {
  id: string;
  query: SynapseQuery;
  onAsk: (asked: Partial<SynapseQuery>) => void;
}

const options = questions.map(({ option }) => option);

/** The question that a query answers, in words; found by any word of it, of the query type or of the format. */
export function QuestionField({ id, query, onAsk }: Props) {
  const chosen = questionOf(query);
  return (
    <Choice
      id={id}
      options={(text) =>
        Promise.resolve(
          findOptions(options, text).map(({ value, title, group, description }): ComboboxOption => ({
            value,
            label: title,
            group,
            description,
          }))
        )
      }
      value={chosen?.option.value ?? null}
      label={chosen?.option.title}
      placeholder="What do you want to know?"
      onChange={(value) => {
        const asked = questions.find(({ option }) => option.value === value);
        if (asked) {
          onAsk(asked.query);
        }
      }}
      width={48}
    />
  );
}
