import { graph, stacked } from '../panels/graph';
import { type Section } from '../section';

const queryType = 'graph';
const format = 'series';

export const delays: Section = {
  id: 700,
  title: 'What else takes time, or waits?',
  heading: 'Lines that climb matter',
  text: 'A queue that empties again is no problem.',
  panels: [
    stacked({
      title: 'CPU by kind of request',
      description: 'Cores used on behalf of requests, by the name of Synapse’s class. Sync should lead.',
      queryType,
      format,
      parameters: { graph: 'requests-cpu', limit: 8 },
    }),
    stacked({
      title: 'CPU by background job',
      description: 'Cores used by jobs that no request waits for, over all processes.',
      queryType,
      format,
      parameters: { graph: 'background-cpu', limit: 8 },
    }),
    graph({
      title: 'CPU of state resolution',
      description: 'Cores used to settle which of several states of a room holds. Forward extremities make it rise.',
      queryType,
      format,
      parameters: { graph: 'state-resolution-cpu' },
    }),
    graph({
      title: 'Events from other homeservers that wait',
      description: 'Received, but not worked on yet.',
      queryType,
      format,
      parameters: { graph: 'federation-staging' },
    }),
    graph({
      title: 'How many events each part is behind',
      description: 'The newest event against the last one that bridges, the user directory and others have dealt with.',
      queryType,
      format,
      parameters: { graph: 'event-lag', limit: 8 },
    }),
    graph({
      title: 'Replication: updates that wait',
      description:
        'What a process has heard from others and not dealt with yet, by stream; the longest queue of all processes.',
      queryType,
      format,
      parameters: { graph: 'replication-queue', limit: 8 },
    }),
    graph({
      title: 'How long a change of devices waits',
      description:
        'Age of the oldest change that was not worked out for other homeservers yet. Minutes deserve a look.',
      queryType,
      format,
      parameters: { graph: 'device-list-lag' },
      span: 24,
    }),
  ],
};
