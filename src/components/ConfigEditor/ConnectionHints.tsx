import React from 'react';
import { Stack, Text } from '@grafana/ui';

const hints = [
  ['Mimir', 'End the URL with /prometheus. Under “HTTP headers”, add X-Scope-OrgID with the tenant.'],
  ['Thanos', 'Use the URL of the Query component. With tenants, add the header THANOS-TENANT.'],
  ['VictoriaMetrics', 'A cluster’s URL names the tenant: http://vmselect:8481/select/0/prometheus.'],
  [
    'Forward OAuth identity',
    'Alert rules run without a user, so there is no identity to forward. Use a token for alerts.',
  ],
] as const;

/** What the address and the sign-in of a server that is not a plain Prometheus need. */
export function ConnectionHints() {
  return (
    <Stack direction="column" gap={1}>
      {hints.map(([name, hint]) => (
        <Text key={name} variant="bodySmall" color="secondary">
          {name}: {hint}
        </Text>
      ))}
    </Stack>
  );
}
