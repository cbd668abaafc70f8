import { type Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { dashboardOf } from './dashboard';
import { destinations } from './sections/destinations';
import { forwardExtremities } from './sections/forwardExtremities';

/** What PostgreSQL tells; without it there is little to see here. */
export function roomsAndDatabase(): Dashboard {
  return dashboardOf(
    'Synapse: rooms and database',
    'synapse-rooms-database',
    'What Synapse’s PostgreSQL tells: rooms, destinations and tables. It needs PostgreSQL in the data source.',
    [forwardExtremities, destinations]
  );
}
