import { guideLink } from '../links';
import { decimals, paragraph, shareBar, verdict, wrapped } from '../panels/cells';
import { graph } from '../panels/graph';
import { table } from '../panels/table';
import { type Section } from '../section';

const queryType = 'resources';

export const resources: Section = {
  id: 150,
  title: 'Which process is overloaded?',
  heading: 'One event loop per process',
  text: `An event loop that is always busy delays everything. [Guide](${guideLink('message-event-send-time')})`,
  panels: {
    processes: table({
      title: 'Processes',
      description:
        'One row per process, the busiest first, over the time range shown. "Does" is found from what a process did, ' +
        'not from its name.',
      queryType,
      format: 'processes',
      height: 10,
      columns: [
        { name: 'process', width: 140, settings: wrapped },
        { name: 'verdict', width: 65, settings: verdict },
        { name: 'reactor_busy', width: 80, settings: [...shareBar, decimals(0)] },
        { name: 'cpu_cores', width: 55, settings: [decimals(2)] },
        { name: 'advice', settings: paragraph },
        { name: 'memory', width: 80 },
        { name: 'stalls_per_hour', width: 65, settings: [decimals(0)] },
        { name: 'gc_share', width: 55, settings: [decimals(1)] },
        { name: 'uptime', width: 90 },
        { name: 'role', width: 105, settings: wrapped },
        { name: 'server_name', width: 105 },
      ],
    }),
    'process-cpu': graph({
      title: 'CPU of each process',
      description: 'Cores in use. The event loop can use one; threads for the database and media add to it.',
      queryType,
      format: 'cpu',
    }),
    'process-memory': graph({
      title: 'Memory of each process',
      description:
        'Resident memory. Caches fill for a day or two after a start, so a rise is normal then. Marks show restarts.',
      queryType,
      format: 'memory',
    }),
    'event-loop': graph({
      title: 'Event loop of each process',
      description: 'Share of time in which the event loop was busy. At 100% everything in that process waits.',
      queryType,
      format: 'reactor',
    }).max(1),
    'database-wait': graph({
      title: 'Wait for a database connection',
      description:
        'Mean wait for a connection from the pool of the process. An overloaded event loop makes it longer too, so look ' +
        'at "Event loop of each process" first.',
      queryType,
      format: 'databasePool',
    }),
  },
};
