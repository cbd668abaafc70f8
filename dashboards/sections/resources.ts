import { decimals, sentence, shareBar, verdict, wrapped } from '../panels/cells';
import { graph } from '../panels/graph';
import { table } from '../panels/table';
import { type Section } from '../section';
import { guideLink } from '../links';

const queryType = 'resources';

export const resources: Section = {
  id: 150,
  title: 'Which process is full?',
  heading: 'One thread each',
  text: `Once its event loop is always busy, everything waits. [Guide](${guideLink('message-event-send-time')})`,
  panels: [
    table({
      title: 'Processes',
      description:
        'One row per process, the fullest first, over the time range shown. What a process does is told from what it did, ' +
        'not from its name.',
      queryType,
      format: 'processes',
      height: 10,
      columns: [
        { name: 'process', width: 140, settings: wrapped },
        { name: 'verdict', width: 65, settings: verdict },
        { name: 'reactor_busy', width: 105, settings: [...shareBar, decimals(0)] },
        { name: 'cpu_cores', width: 55, settings: [decimals(2)] },
        { name: 'advice', settings: sentence },
        { name: 'memory', width: 80 },
        { name: 'stalls_per_hour', width: 65, settings: [decimals(0)] },
        { name: 'gc_share', width: 55, settings: [decimals(1)] },
        { name: 'uptime', width: 90 },
        { name: 'role', width: 160, settings: wrapped },
        { name: 'server_name', width: 105 },
      ],
    }),
    graph({
      title: 'CPU of each process',
      description: 'Cores used. The event loop can use one; threads for the database and media come on top.',
      queryType,
      format: 'cpu',
    }),
    graph({
      title: 'Memory of each process',
      description: 'Resident memory. Caches fill for a day or two after a start, so a rise then is normal.',
      queryType,
      format: 'memory',
    }),
    graph({
      title: 'How busy each event loop is',
      description:
        'The share of time in which the process did something rather than wait: the measure of how full it is.',
      queryType,
      format: 'reactor',
    }).max(1),
    graph({
      title: 'Wait for a database connection',
      description:
        'Mean wait for a connection of the process. It holds the wait for the processor too, so look at how busy the ' +
        'event loop is first.',
      queryType,
      format: 'databasePool',
    }),
  ],
};
