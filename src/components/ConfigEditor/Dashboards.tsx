import React, { useCallback, useEffect, useState } from 'react';
import { Alert, Button, Icon, Stack, Text, TextLink } from '@grafana/ui';

import { type BundledDashboard, fetchDashboards, importDashboard } from '../../bundledDashboards';
import { grafanaSays } from '../../grafanaError';

/** The plugin's dashboards: those that are there as links, and a button that imports the others. */
export function Dashboards({ pluginId }: { pluginId: string }) {
  const [dashboards, setDashboards] = useState<BundledDashboard[]>();
  const [failure, setFailure] = useState('');
  const [isBusy, setBusy] = useState(false);
  const list = useCallback(
    () => fetchDashboards(pluginId).then(setDashboards, (error: unknown) => setFailure(grafanaSays(error))),
    [pluginId]
  );
  useEffect(() => void list(), [list]);
  const missing = dashboards?.filter(({ url }) => !url) ?? [];
  const importMissing = async () => {
    setBusy(true);
    setFailure('');
    try {
      for (const dashboard of missing) {
        await importDashboard(pluginId, dashboard);
      }
    } catch (error) {
      setFailure(grafanaSays(error));
    }
    await list();
    setBusy(false);
  };
  return (
    <Stack direction="column" gap={1}>
      {dashboards?.map((dashboard) => (
        <DashboardLine key={dashboard.uid} {...dashboard} />
      ))}
      {missing.length > 0 && (
        <div>
          <Button variant="secondary" icon="import" disabled={isBusy} onClick={() => void importMissing()}>
            {isBusy ? 'Importing …' : `Import ${missing.length === 1 ? '1 dashboard' : `${missing.length} dashboards`}`}
          </Button>
        </div>
      )}
      {failure && (
        <Alert severity="error" title="The dashboards can’t be listed or imported">
          Grafana says: {failure}. An Admin of this organization may import dashboards.
        </Alert>
      )}
    </Stack>
  );
}

function DashboardLine({ title, url }: BundledDashboard) {
  return (
    <Stack direction="row" gap={1} alignItems="center">
      <Text color={url ? 'success' : 'secondary'}>
        <Icon name={url ? 'check-circle' : 'circle'} />
      </Text>
      {url ? (
        <TextLink href={url} external>
          {title}
        </TextLink>
      ) : (
        <Text color="secondary">{title}: not imported</Text>
      )}
    </Stack>
  );
}
