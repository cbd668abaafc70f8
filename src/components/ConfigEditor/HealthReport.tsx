import React, { useEffect, useState } from 'react';
import { Alert, Stack } from '@grafana/ui';

import { type HealthAspect, healthReports, needsAttention } from '../../health';

const titles: Record<string, string> = {
  prometheus: 'Prometheus',
  metrics: 'Synapse’s metrics',
  postgres: 'PostgreSQL',
  grants: 'Grants in PostgreSQL',
  schema: 'Synapse’s tables',
};

/** What the latest "Save & test" found to improve, with its remedies; nothing where all is well. */
export function HealthReport({ uid }: { uid: string }) {
  const [aspects, setAspects] = useState<HealthAspect[]>([]);
  useEffect(() => {
    const subscription = healthReports(uid).subscribe(setAspects);
    return () => subscription.unsubscribe();
  }, [uid]);
  return (
    <Stack direction="column" gap={1}>
      {aspects.filter(needsAttention).map(({ aspect, status, message, remedy }) => (
        <Alert
          key={aspect}
          severity={status === 'error' ? 'error' : 'warning'}
          title={`${titles[aspect] ?? aspect}: ${message}`}
        >
          {/* Remedies hold SQL to paste: their line breaks matter. */}
          {remedy && <div style={{ whiteSpace: 'pre-wrap' }}>{remedy}</div>}
        </Alert>
      ))}
    </Stack>
  );
}
