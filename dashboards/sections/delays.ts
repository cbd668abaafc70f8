import { graph, stacked } from '../panels/graph';
import { type Section } from '../section';

const queryType = 'graph';
const format = 'series';

export const delays: Section = {
  id: 700,
  title: 'What else is slow?',
  heading: 'Look for lines that keep rising',
  text: 'A queue that empties again is no problem.',
  panels: {
    'requests-cpu': stacked({
      title: 'CPU by kind of request',
      description: 'Cores in use for requests, by the name of Synapse’s class. Normally sync leads.',
      queryType,
      format,
      parameters: { graph: 'requests-cpu', limit: 8 },
    }),
    'jobs-cpu': stacked({
      title: 'CPU by background job',
      description: 'Cores in use for jobs that no request waits for, over all processes.',
      queryType,
      format,
      parameters: { graph: 'background-cpu', limit: 8 },
    }),
    'state-resolution-cpu': graph({
      title: 'CPU of state resolution',
      description:
        'Cores in use to merge the states of a room’s branches into one. Rooms with many forward extremities raise it.',
      queryType,
      format,
      parameters: { graph: 'state-resolution-cpu' },
    }),
    'inbound-staging': graph({
      title: 'Queue of incoming events',
      description: 'Events received from other homeservers and not processed yet.',
      queryType,
      format,
      parameters: { graph: 'federation-staging' },
    }),
    'events-behind': graph({
      title: 'Events not processed yet, by consumer',
      description: 'How far bridges, the user directory and other consumers are behind the newest event.',
      queryType,
      format,
      parameters: { graph: 'event-lag', limit: 8 },
    }),
    'replication-queue': graph({
      title: 'Replication backlog',
      description: 'Updates received from other processes and not processed yet, by stream: the longest queue of all.',
      queryType,
      format,
      parameters: { graph: 'replication-queue', limit: 8 },
    }),
    'device-list-lag': graph({
      title: 'Delay of device list updates',
      description: 'Age of the oldest device change not yet prepared for other homeservers. Minutes deserve a look.',
      queryType,
      format,
      parameters: { graph: 'device-list-lag' },
      span: 24,
    }),
    'requests-database': stacked({
      title: 'Database time by kind of request',
      description:
        'Seconds of database time per second, by the name of Synapse’s class. The time to work on a sync ' +
        '(SyncRestServlet, SlidingSyncRestServlet) is this plus its CPU.',
      queryType,
      format,
      parameters: { graph: 'requests-database', limit: 8 },
    }),
    'jobs-database': stacked({
      title: 'Database time by background job',
      description:
        'Seconds of database time per second. background_updates runs the changes of an upgrade; ' +
        'sync_partial_state_room fetches the rest of a large room after a join.',
      queryType,
      format,
      parameters: { graph: 'background-database', limit: 12 },
    }),
  },
};
