import { parts } from '../panels/bars';
import { asWord, paragraph } from '../panels/cells';
import { table } from '../panels/table';
import { type Section } from '../section';

const queryType = 'tables';
const format = 'table';
const fromNow = { id: 'unit', value: 'dateTimeFromNow' };

export const tables: Section = {
  id: 200,
  title: 'What fills the database?',
  heading: 'state_groups_state leads',
  text: 'Normally it is by far the largest table. Dead rows that stay mean that vacuum is held up.',
  panels: {
    tables: table({
      title: 'Largest tables',
      description:
        'Current sizes on disk from PostgreSQL’s catalogue, and the row counts that PostgreSQL estimates, whatever the ' +
        'time range. The icon next to the title shows the size of the whole database.',
      queryType,
      format,
      height: 14,
      columns: [
        { name: 'table', width: 240 },
        { name: 'total_bytes', width: 85 },
        { name: 'rows_estimate', width: 80, settings: [{ id: 'unit', value: 'short' }] },
        { name: 'dead_rows', width: 75, settings: [{ id: 'unit', value: 'short' }] },
        { name: 'last_autovacuum', width: 95, settings: [fromNow] },
        { name: 'last_autoanalyze', width: 95, settings: [fromNow] },
        { name: 'known_issue', width: 70, settings: [asWord('Issue')] },
        { name: 'advice', settings: paragraph },
        { name: 'server_name', width: 105 },
      ],
    }),
    'table-sizes': parts(
      {
        title: 'Rows and indexes of the largest tables: $server',
        description: 'Rows include their long values. Indexes larger than the rows are normal in Synapse.',
        queryType,
        format,
        parameters: { limit: 12 },
        span: 24,
      },
      ['table', 'table_bytes', 'index_bytes']
    ),
  },
};
