import React from 'react';
import { type QueryEditorHelpProps } from '@grafana/data';
import { Button, Stack, Text } from '@grafana/ui';

import { queryTypes } from '../../queryTypes';
import { type SynapseQuery } from '../../types';

/** The query types with examples to start from. */
export function QueryEditorHelp({ onClickExample }: QueryEditorHelpProps<SynapseQuery>) {
  return (
    <Stack direction="column" gap={2}>
      <Text element="h2">What you can ask</Text>
      {queryTypes.map((type) => (
        <Stack key={type.id} direction="column" gap={0.5}>
          <Text element="h3" variant="h5">
            {type.title}
          </Text>
          <Text color="secondary">{type.help}</Text>
          <div>
            {type.examples.map(({ title, query }) => (
              <Button
                key={title}
                fill="text"
                size="sm"
                onClick={() => onClickExample({ refId: 'A', queryType: type.id, ...query })}
              >
                {title}
              </Button>
            ))}
          </div>
        </Stack>
      ))}
    </Stack>
  );
}
