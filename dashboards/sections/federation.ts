import { guideLink } from '../links';
import { decimals, shareBar } from '../panels/cells';
import { graph, stacked } from '../panels/graph';
import { table } from '../panels/table';
import { type Section } from '../section';

const queryType = 'federation';

export const federation: Section = {
  id: 300,
  title: 'What does federation cost?',
  heading: 'Is presence the cost?',
  text: `Much \`m.presence\` and no CPU left: then it is. Else it is harmless. [Guide](${guideLink('federation')})`,
  panels: [
    graph({
      title: 'Traffic with other homeservers',
      description: 'PDUs and EDUs per second. Outgoing PDUs count an event once, however many homeservers get it.',
      queryType,
      format: 'traffic',
    }),
    stacked({
      title: 'Outgoing EDUs by type',
      description:
        'What passes by rather than stays: typing, receipts, presence, device lists. Synapse does not count incoming ones by type.',
      queryType,
      format: 'edus',
      parameters: { limit: 8 },
    }),
    graph({
      title: 'How far sending lags behind',
      description:
        'Time from an event until the federation sender had dealt with it. A line at 10 s means "10 s or more".',
      queryType,
      format: 'lag',
    }),
    table({
      title: 'What the traffic consists of',
      description: 'Means over the time range shown. The share is that of its direction and kind.',
      queryType,
      format: 'summary',
      height: 9,
      span: 12,
      columns: [
        { name: 'direction', width: 85 },
        { name: 'kind', width: 60 },
        { name: 'type' },
        { name: 'per_second', width: 90 },
        { name: 'share', width: 120, settings: [...shareBar, decimals(0)] },
        { name: 'server_name', width: 110 },
      ],
    }),
  ],
};
