import { guideLink } from '../links';
import { bars } from '../panels/bars';
import { sentence, verdict } from '../panels/cells';
import { graph } from '../panels/graph';
import { table } from '../panels/table';
import { type Section } from '../section';

const queryType = 'forwardExtremities';

export const forwardExtremities: Section = {
  id: 500,
  title: 'Which rooms have too many forward extremities?',
  text:
    '**Loose ends of a room.** Each event that nothing follows yet is one; the more a room has, the more state Synapse ' +
    'must resolve, which is dear. More than ten are worth a look. Many heal by themselves, some are harmless: ' +
    'the verdict tells them apart, the advice begins with what can do no harm. ' +
    `[Guide](${guideLink('forward-extremities')})`,
  panels: [
    table({
      title: 'Rooms with more than ten',
      description:
        'Counted in PostgreSQL just now, whatever the time range; without PostgreSQL this table stays empty and the ' +
        'graphs below are all there is. Viewers see pseudonyms instead of rooms, unless the data source says otherwise.',
      queryType,
      format: 'rooms',
      height: 12,
      columns: [
        { name: 'name', width: 170 },
        { name: 'room_id', width: 190 },
        { name: 'verdict', width: 110, settings: verdict },
        { name: 'extremities', width: 95 },
        { name: 'state_groups', width: 95 },
        { name: 'local_members', width: 95 },
        { name: 'newest_extremity', width: 155 },
        { name: 'advice', settings: sentence },
        { name: 'server_name', width: 140 },
      ],
    }),
    bars({
      title: 'How many rooms have how many',
      description:
        'From a metric that Synapse computes once an hour, first an hour after its start. It knows no rooms by name.',
      queryType,
      format: 'histogram',
    }),
    graph({
      title: 'Rooms above a number of extremities',
      description: 'A line that climbs for hours means that rooms branch faster than Synapse joins them again.',
      queryType,
      format: 'counts',
    }),
  ],
};
