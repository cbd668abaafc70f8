import { guideLink } from '../links';
import { decimals, paragraph, shareBar, times, verdict } from '../panels/cells';
import { graph, stacked } from '../panels/graph';
import { table } from '../panels/table';
import { type Section } from '../section';

const queryType = 'transactions';

export const transactions: Section = {
  id: 200,
  title: 'What does the database spend its time on?',
  heading: 'Frequent is not expensive',
  text: `Calls times duration count. \`persist_events\` normally leads. [Guide](${guideLink('transaction-count-and-transaction-duration')})`,
  panels: [
    table({
      title: 'Most expensive database transactions',
      description:
        'What each kind of transaction costs, from all processes together, over the time range shown. ' +
        'Cost is waiting, not CPU: on a process that is itself overloaded every transaction looks slow.',
      queryType,
      format: 'table',
      parameters: { limit: 10 },
      height: 18,
      columns: [
        { name: 'rank', width: 45 },
        { name: 'transaction', width: 305 },
        { name: 'verdict', width: 95, settings: verdict },
        { name: 'share', width: 110, settings: [...shareBar, decimals(0)] },
        { name: 'explanation', settings: paragraph },
        { name: 'calls_per_second', width: 75 },
        { name: 'mean_duration', width: 75 },
        { name: 'cost_change', width: 80, settings: times },
        { name: 'server_name', width: 105 },
      ],
    }),
    stacked({
      title: 'Cost of the most expensive transactions',
      description:
        'Seconds of database time per second: 1 means that one connection is busy with it all the time. ' +
        'The layers add up.',
      queryType,
      format: 'cost',
      parameters: { limit: 8 },
      span: 24,
    }).axisLabel('seconds per second'),
    graph({
      title: 'Calls of the most frequent transactions',
      description: 'How often each kind runs. A high line here matters only where the cost above is high as well.',
      queryType,
      format: 'rate',
      parameters: { limit: 8 },
    }),
    graph({
      title: 'Mean duration of a call',
      description:
        'How long one call takes on average. All lines rising together: the database or the process is overloaded. ' +
        'One line rising alone: that query, its data or its plan has changed.',
      queryType,
      format: 'meanDuration',
      parameters: { limit: 8 },
    }),
  ],
};
