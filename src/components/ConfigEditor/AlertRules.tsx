import React, { useState } from 'react';
import { locationUtil } from '@grafana/data';
import { config } from '@grafana/runtime';
import { Alert, Button, LinkButton, Stack, Text } from '@grafana/ui';

import { download, fetchAlertRules } from '../../alertRules';

/** The alert rules as a file for this data source, and where they are once Grafana has read it. */
export function AlertRules({ uid }: { uid: string }) {
  const [failure, setFailure] = useState('');
  const save = async () => {
    setFailure('');
    try {
      download('matrix-synapse.yaml', await fetchAlertRules(uid, config.bootData.user.orgId));
    } catch {
      setFailure('Check that the folder of the plugin on the Grafana server has alerting/matrix-synapse.yaml.');
    }
  };
  return (
    <Stack direction="column" gap={1}>
      <Text variant="bodySmall" color="secondary">
        A rule for each check and severity, for this data source. Put the file into provisioning/alerting of your
        Grafana and restart it. Grafana then has the rules in the folder “Matrix Synapse alerts”.
      </Text>
      <Stack direction="row" gap={1} wrap="wrap">
        <Button variant="secondary" icon="download-alt" onClick={() => void save()}>
          Download alert rules
        </Button>
        <LinkButton
          variant="secondary"
          icon="bell"
          href={locationUtil.assureBaseUrl('/alerting/list?search=label:service=synapse')}
        >
          Open alert rules
        </LinkButton>
      </Stack>
      {failure && (
        <Alert severity="error" title="The alert rules can’t be read">
          {failure}
        </Alert>
      )}
    </Stack>
  );
}
