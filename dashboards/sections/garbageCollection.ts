import { guideLink } from '../links';
import { decimals, sentence, verdict, wrapped } from '../panels/cells';
import { graph } from '../panels/graph';
import { table } from '../panels/table';
import { type Section } from '../section';

const queryType = 'garbageCollection';

export const garbageCollection: Section = {
  id: 600,
  title: 'Does garbage collection block a process?',
  heading: 'Long pauses hurt',
  text: `A process does nothing else while Python collects garbage. [Guide](${guideLink('garbage-collection')})`,
  panels: {
    'gc-processes': table({
      title: 'Garbage collection of each process',
      description:
        'One row per process and generation, the most expensive first. Generation 2 goes through all objects in memory.',
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
    'gc-share': graph({
      title: 'Share of time in garbage collection',
      description: 'Per process, all generations together. Above 5% deserves a look.',
      queryType,
      format: 'time',
    }),
    'gc-length': graph({
      title: 'Mean length of a collection',
      description: 'Per process and generation. Look at spikes: each one blocks the process for that long.',
      queryType,
      format: 'pauses',
      parameters: { limit: 20 },
    }),
  },
};
