import { type Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { dashboardOf } from './dashboard';
import { destinations } from './sections/destinations';
import { forwardExtremities } from './sections/forwardExtremities';
import { tables } from './sections/tables';

export const rooms = { uid: 'synapse-rooms-database', sections: [forwardExtremities, destinations, tables] };

/** What is read from PostgreSQL; without it there is little to see here. */
export function roomsAndDatabase(): Dashboard {
  return dashboardOf({
    ...rooms,
    title: 'Synapse: rooms and database',
    description:
      'Rooms, destinations and tables, read from Synapse’s PostgreSQL. It needs PostgreSQL in the data source.',
  });
}
