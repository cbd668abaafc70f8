import { verdict } from '../panels/cells';
import { table } from '../panels/table';
import { type Section } from '../section';

export const destinations: Section = {
  id: 100,
  title: 'Which homeservers can’t be reached?',
  heading: 'Some are always down',
  text: 'If many began to fail within the last hour, look at your own network.',
  panels: {
    destinations: table({
      title: 'Destinations that fail or miss events',
      description: 'The current state from PostgreSQL, whatever the time range. The latest failures come first.',
      queryType: 'federation',
      format: 'destinations',
      height: 14,
      sortBy: 'failing_since',
      columns: [
        { name: 'destination', settings: [{ id: 'custom.minWidth', value: 200 }] },
        { name: 'state', width: 110, settings: verdict },
        { name: 'age_band', width: 110 },
        { name: 'failing_since', width: 155 },
        { name: 'next_retry', width: 155 },
        { name: 'retry_interval', width: 100 },
        { name: 'catch_up_rooms', width: 100 },
        { name: 'server_name', width: 110 },
      ],
    }),
  },
};
