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
  heading: 'Loose ends cost CPU',
  text: `Synapse resolves their states. Above ten, look; many heal by themselves. [Guide](${guideLink('forward-extremities')})`,
  panels: [
    table({
      title: 'Rooms with more than ten forward extremities',
      description:
        'Counted in PostgreSQL just now, whatever the time range; without PostgreSQL this panel says so, and the ' +
        'graphs below are all there is. Viewers see pseudonyms instead of rooms, unless the data source says otherwise.',
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
    bars({
      title: 'Rooms by number of forward extremities: $server',
      description:
        'From a metric that Synapse computes once an hour, first an hour after its start. It knows no rooms by name.',
      queryType,
      format: 'histogram',
    }),
    graph({
      title: 'Rooms with more than ten forward extremities, over time',
      description: 'A line that climbs for hours means that rooms branch faster than Synapse merges the branches.',
      queryType,
      format: 'counts',
    }),
  ],
};
