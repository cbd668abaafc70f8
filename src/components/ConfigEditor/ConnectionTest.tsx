import React, { useEffect, useState } from 'react';
import { Alert, Button, Stack, Text } from '@grafana/ui';

import { grafanaSays } from '../../grafanaError';
import { aspectsOf, type Connection, type HealthAspect, healthReports, testConnections } from '../../health';
import { AspectResult } from './AspectResult';

const names: Record<Connection, string> = { prometheus: 'Prometheus', postgres: 'PostgreSQL' };

interface Props {
  uid: string;
  connection: Connection;
  /** Whether the page holds changes that are not saved, which a test can't know of. */
  isChanged: boolean;
}

/** A button that tests one connection, and below it what this test or the latest "Save & test" found. */
export function ConnectionTest({ uid, connection, isChanged }: Props) {
  const [aspects, setAspects] = useState<HealthAspect[]>([]);
  const [isTesting, setTesting] = useState(false);
  const [failure, setFailure] = useState('');
  useEffect(() => {
    const subscription = healthReports(uid).subscribe((found) => {
      setAspects(found);
      setFailure('');
    });
    return () => subscription.unsubscribe();
  }, [uid]);
  const test = async () => {
    setTesting(true);
    try {
      await testConnections(uid);
    } catch (error) {
      setFailure(`Grafana says: ${grafanaSays(error)}. The Grafana server log has the reason.`);
    }
    setTesting(false);
  };
  return (
    <Stack direction="column" gap={1}>
      <Stack direction="row" gap={1} alignItems="center" wrap="wrap">
        <Button variant="secondary" icon="heart-rate" disabled={isTesting} onClick={() => void test()}>
          {isTesting ? `Testing ${names[connection]} …` : `Test ${names[connection]}`}
        </Button>
        {isChanged && (
          <Text variant="bodySmall" color="warning">
            Your changes are not saved yet: this tests the saved settings. “Save & test” saves first.
          </Text>
        )}
      </Stack>
      <div role="status" aria-label={`Result of the test of ${names[connection]}`}>
        <Stack direction="column" gap={1}>
          {failure !== '' ? (
            <Alert severity="error" title={`${names[connection]} was not tested`}>
              {failure}
            </Alert>
          ) : (
            aspectsOf(aspects, connection).map((aspect) => <AspectResult key={aspect.aspect} {...aspect} />)
          )}
        </Stack>
      </div>
    </Stack>
  );
}
