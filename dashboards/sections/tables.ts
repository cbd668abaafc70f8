import { parts } from '../panels/bars';
import { asWord, sentence } from '../panels/cells';
import { table } from '../panels/table';
import { type Section } from '../section';

const queryType = 'tables';
const format = 'table';
const fromNow = { id: 'unit', value: 'dateTimeFromNow' };

export const tables: Section = {
  id: 200,
  title: 'What fills the database?',
  heading: 'state_groups_state leads',
  text: 'Normally the largest table by far. Dead rows that stay mean that vacuum is held up.',
  panels: [
    table({
      title: 'Largest tables',
      description:
        'Sizes on disk from PostgreSQL’s catalogue, rows as it estimates them, just now, whatever the time range. ' +
        'The mark beside the title says how large the whole database is.',
      queryType,
      format,
      height: 14,
      columns: [
        { name: 'table', width: 260 },
        { name: 'total_bytes', width: 85 },
        { name: 'rows_estimate', width: 90, settings: [{ id: 'unit', value: 'short' }] },
        { name: 'dead_rows', width: 85, settings: [{ id: 'unit', value: 'short' }] },
        { name: 'last_autovacuum', width: 125, settings: [fromNow] },
        { name: 'known_issue', width: 75, settings: [asWord('Issue')] },
        { name: 'advice', settings: sentence },
        { name: 'server_name', width: 105 },
      ],
    }),
    parts(
      {
        title: 'What their size consists of: $server',
        description: 'Rows with their long values, and indexes. More indexes than rows is normal in Synapse.',
        queryType,
        format,
        parameters: { limit: 12 },
        span: 24,
      },
      ['table', 'table_bytes', 'index_bytes']
    ),
  ],
};
