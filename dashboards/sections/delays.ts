import { catalogued } from '../panels/catalogue';
import { type Section } from '../section';

export const delays: Section = {
  id: 700,
  title: 'What else is slow?',
  heading: 'Look for lines that keep rising',
  text: 'A queue that empties again is no problem. “Synapse: all graphs” has everything else.',
  panels: {
    'requests-cpu': catalogued('requests-cpu', { limit: 8 }),
    'jobs-cpu': catalogued('background-cpu', { limit: 8 }),
    'state-resolution-cpu': catalogued('state-resolution-cpu'),
    'inbound-staging': catalogued('federation-staging'),
    'events-behind': catalogued('event-lag', { limit: 8 }),
    'replication-queue': catalogued('replication-queue', { limit: 8 }),
    'device-list-lag': catalogued('device-list-lag', { span: 24 }),
    'requests-database': catalogued('requests-database', { limit: 8 }),
    'jobs-database': catalogued('background-database', { limit: 12 }),
    'sync-work': catalogued('sync-work'),
    'inbound-age': catalogued('inbound-age'),
    'bridge-lag': catalogued('bridge-lag'),
    'bridge-transactions': catalogued('bridge-transactions', { limit: 8 }),
    'jobs-running': catalogued('background-running', { limit: 8 }),
    'schema-updates': catalogued('schema-updates'),
    'scrapes-up': catalogued('up'),
    threads: catalogued('threads'),
    'answers-by-code': catalogued('requests-by-code'),
    'push-notifications': catalogued('push'),
    'token-checks': catalogued('token-checks'),
    'federation-queue': catalogued('federation-pending'),
  },
};
