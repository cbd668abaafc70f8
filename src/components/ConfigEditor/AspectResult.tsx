import React from 'react';
import { Alert, ClipboardButton, Icon, Stack, Text } from '@grafana/ui';

import { type HealthAspect, needsAttention } from '../../health';

const titles: Record<string, string> = {
  prometheus: 'Prometheus',
  metrics: 'Synapse’s metrics',
  postgres: 'PostgreSQL',
  grants: 'Grants in PostgreSQL',
  schema: 'Synapse’s tables',
};

/** One aspect of a connection: a line where it is well, a box with the remedy where it is not. */
export function AspectResult(found: HealthAspect) {
  const { aspect, status, message, remedy } = found;
  // What is well says itself what it is about.
  const text = status === 'ok' ? message : `${titles[aspect] ?? aspect}: ${message}`;
  if (!needsAttention(found)) {
    const isFine = status === 'ok';
    return (
      <Stack direction="row" gap={1} alignItems="center">
        <Text color={isFine ? 'success' : 'secondary'}>
          <Icon name={isFine ? 'check-circle' : 'circle'} />
        </Text>
        <Text color={isFine ? 'primary' : 'secondary'}>{text}</Text>
      </Stack>
    );
  }
  return (
    <Alert severity={status === 'error' ? 'error' : 'warning'} title={text}>
      {remedy && (
        <>
          {/* Remedies hold SQL to paste: their line breaks matter. */}
          <div style={{ whiteSpace: 'pre-wrap' }}>{remedy}</div>
          {remedy.includes('\n') && (
            <ClipboardButton variant="secondary" size="sm" icon="copy" getText={() => statementsOf(remedy)}>
              Copy statements
            </ClipboardButton>
          )}
        </>
      )}
    </Alert>
  );
}

/** A remedy is a sentence, or a sentence and below it the statements to run. */
const statementsOf = (remedy: string) => remedy.slice(remedy.indexOf('\n') + 1).trim();
