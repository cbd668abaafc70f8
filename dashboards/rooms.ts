import { type Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { dashboardOf } from './dashboard';
import { destinations } from './sections/destinations';
import { forwardExtremities } from './sections/forwardExtremities';
import { tables } from './sections/tables';

export const rooms = { uid: 'synapse-rooms-database', sections: [forwardExtremities, destinations, tables] };

/** What PostgreSQL tells; without it there is little to see here. */
export function roomsAndDatabase(): Dashboard {
  return dashboardOf({
    title: 'Synapse: rooms and database',
    uid: rooms.uid,
    description:
      'What Synapse’s PostgreSQL tells: rooms, destinations and tables. It needs PostgreSQL in the data source.',
    sections: rooms.sections,
  });
}
