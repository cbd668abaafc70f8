import { guideLink } from '../links';
import { decimals, paragraph, shareBar, times, verdict } from '../panels/cells';
import { catalogued } from '../panels/catalogue';
import { graph, stacked } from '../panels/graph';
import { table } from '../panels/table';
import { type Section } from '../section';

const queryType = 'transactions';

export const transactions: Section = {
  id: 200,
  title: 'What uses the database’s time?',
  heading: 'Frequent is not expensive',
  text: `Cost is calls times duration. \`persist_events\` normally leads. [Guide](${guideLink('transaction-count-and-transaction-duration')})`,
  panels: {
    transactions: table({
      title: 'Most expensive database transactions',
      description:
        'The cost of each kind of transaction, summed over all processes, in the time range shown. ' +
        'Cost is waiting time, not CPU: if a process is overloaded, all its transactions look slow.',
      queryType,
      format: 'table',
      parameters: { limit: 10 },
      height: 18,
      columns: [
        { name: 'rank', width: 50 },
        { name: 'transaction', width: 295 },
        { name: 'verdict', width: 75, settings: verdict },
        { name: 'share', width: 90, settings: [...shareBar, decimals(0)] },
        { name: 'explanation', settings: paragraph },
        { name: 'calls_per_second', width: 75 },
        { name: 'mean_duration', width: 75 },
        { name: 'cost_change', width: 80, settings: times },
        { name: 'server_name', width: 105 },
      ],
    }),
    'transaction-cost': stacked({
      title: 'Cost of the most expensive transactions',
      description:
        'Seconds of database time per second: 1 means that one connection is always busy with it. The layers add up.',
      queryType,
      format: 'cost',
      parameters: { limit: 8 },
      span: 24,
    }).axisLabel('seconds per second'),
    'transaction-calls': graph({
      title: 'Calls of the most frequent transactions',
      description: 'How often each kind runs. A high line matters only if its cost above is high as well.',
      queryType,
      format: 'rate',
      parameters: { limit: 8 },
    }),
    'transaction-duration': graph({
      title: 'Mean duration of a transaction',
      description:
        'If all lines rise together, the database or the process is overloaded. ' +
        'If one line rises alone, that query, its data or its query plan has changed.',
      queryType,
      format: 'meanDuration',
      parameters: { limit: 8 },
    }),
    'connections-in-use': catalogued('database-time', { span: 24 }),
  },
};
