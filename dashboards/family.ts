import { type Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { dashboardOf } from './dashboard';
import { caches } from './sections/caches';
import { delays } from './sections/delays';
import { destinations } from './sections/destinations';
import { federation } from './sections/federation';
import { garbageCollection } from './sections/garbageCollection';
import { resources } from './sections/resources';
import { transactions } from './sections/transactions';
import { cacheVariable } from './variables';

/** One subject each, of the sections that "Synapse: diagnosis" has all of. */
export const family: Array<{ file: string; dashboard: Dashboard }> = [
  {
    file: 'synapse-processes.json',
    dashboard: dashboardOf({
      uid: 'synapse-processes',
      title: 'Synapse: processes',
      description: 'What each process of the homeserver does, and whether it can keep up.',
      sections: [resources, garbageCollection, delays],
    }),
  },
  {
    file: 'synapse-database.json',
    dashboard: dashboardOf({
      uid: 'synapse-database',
      title: 'Synapse: database and caches',
      description: 'What uses the database’s time, and which caches would take work off it.',
      sections: [transactions, caches],
      variables: [cacheVariable],
    }),
  },
  {
    file: 'synapse-federation.json',
    dashboard: dashboardOf({
      uid: 'synapse-federation',
      title: 'Synapse: federation',
      description: 'What federation costs, and which homeservers can’t be reached.',
      sections: [federation, destinations],
    }),
  },
];
