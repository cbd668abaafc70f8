import { guideLink } from '../links';
import { decimals, sentence, verdict, wrapped } from '../panels/cells';
import { graph } from '../panels/graph';
import { table } from '../panels/table';
import { type Section } from '../section';

const queryType = 'garbageCollection';

export const garbageCollection: Section = {
  id: 600,
  title: 'Does garbage collection stop a process?',
  heading: 'Spikes of seconds hurt',
  text: `While Python collects, the process does nothing else. [Guide](${guideLink('garbage-collection')})`,
  panels: [
    table({
      title: 'Collections of each process',
      description:
        'One row per process and generation, the most expensive first. Generation 2 walks through everything.',
      queryType,
      format: 'summary',
      height: 8,
      parameters: { limit: 12 },
      columns: [
        { name: 'process', width: 150, settings: wrapped },
        { name: 'generation', width: 90 },
        { name: 'verdict', width: 85, settings: verdict },
        { name: 'mean_pause', width: 90 },
        { name: 'longest_pause', width: 90 },
        { name: 'collections_per_hour', width: 80, settings: [decimals(0)] },
        { name: 'share', width: 70, settings: [decimals(1)] },
        { name: 'explanation', settings: sentence },
        { name: 'server_name', width: 110 },
      ],
    }),
    graph({
      title: 'Share of time spent collecting',
      description: 'Above 5 % deserves a look (level of this dashboard; the guide names none).',
      queryType,
      format: 'time',
    }),
    graph({
      title: 'Mean length of a collection',
      description: 'Per process and generation. Spikes are what the guide warns of.',
      queryType,
      format: 'pauses',
      parameters: { limit: 20 },
    }),
  ],
};
