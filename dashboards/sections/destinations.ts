import { verdict } from '../panels/cells';
import { table } from '../panels/table';
import { type Section } from '../section';

export const destinations: Section = {
  id: 100,
  title: 'Who can this homeserver not reach?',
  heading: 'Dead homeservers are normal',
  text: 'Many that began to fail within the hour: look at your own network.',
  panels: [
    table({
      title: 'Destinations that fail or miss events',
      description: 'Read from PostgreSQL just now, whatever the time range, those that began to fail last first.',
      queryType: 'federation',
      format: 'destinations',
      height: 14,
      sortBy: 'failing_since',
      columns: [
        { name: 'destination', settings: [{ id: 'custom.minWidth', value: 200 }] },
        { name: 'state', width: 110, settings: verdict },
        { name: 'age_band', width: 110 },
        { name: 'failing_since', width: 190 },
        { name: 'next_retry', width: 190 },
        { name: 'retry_interval', width: 100 },
        { name: 'catch_up_rooms', width: 110 },
        { name: 'server_name', width: 110 },
      ],
    }),
  ],
};
