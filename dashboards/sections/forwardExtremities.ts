import { guideLink } from '../links';
import { bars } from '../panels/bars';
import { inspected, sentence, verdict, wrapped } from '../panels/cells';
import { graph } from '../panels/graph';
import { table } from '../panels/table';
import { type Section } from '../section';

const queryType = 'forwardExtremities';

export const forwardExtremities: Section = {
  id: 500,
  title: 'Which rooms have too many forward extremities?',
  heading: 'Each extremity costs CPU',
  text: `Above ten, look at the room. Many recover on their own. [Guide](${guideLink('forward-extremities')})`,
  panels: {
    'extremity-rooms': table({
      title: 'Rooms with more than ten forward extremities',
      description:
        'The current count from PostgreSQL, whatever the time range. Without PostgreSQL only the graphs below show ' +
        'something. Viewers see pseudonyms instead of rooms, unless the data source is set to show them.',
      queryType,
      format: 'rooms',
      height: 15,
      columns: [
        { name: 'name', width: 110, settings: wrapped },
        { name: 'verdict', width: 85, settings: verdict },
        { name: 'extremities', width: 95 },
        { name: 'advice', settings: sentence },
        { name: 'state_groups', width: 70 },
        { name: 'local_members', width: 80 },
        { name: 'heals_in', width: 75 },
        { name: 'room_id', width: 150, settings: [inspected] },
        { name: 'server_name', width: 110 },
      ],
    }),
    'extremity-histogram': bars({
      title: 'Rooms by number of forward extremities: $server',
      description:
        'From a metric that Synapse updates once an hour, the first time an hour after its start. It names no rooms.',
      queryType,
      format: 'histogram',
    }),
    'extremity-counts': graph({
      title: 'Rooms with more than ten forward extremities, over time',
      description: 'A line that rises for hours means that rooms branch faster than Synapse merges the branches.',
      queryType,
      format: 'counts',
    }),
  },
};
