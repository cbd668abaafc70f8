import { guideLink } from '../links';
import { decimals, shareBar } from '../panels/cells';
import { graph, stacked } from '../panels/graph';
import { table } from '../panels/table';
import { type Section } from '../section';

const queryType = 'federation';

export const federation: Section = {
  id: 300,
  title: 'What does federation cost?',
  heading: 'Presence can be too expensive',
  text: `It is, if \`m.presence\` leads while a process is overloaded. [Guide](${guideLink('federation')})`,
  panels: {
    'federation-traffic': graph({
      title: 'Traffic with other homeservers',
      description:
        'PDUs (events) and EDUs per second. An outgoing PDU counts once, however many homeservers receive it.',
      queryType,
      format: 'traffic',
    }),
    edus: stacked({
      title: 'Outgoing EDUs by type',
      description:
        'Short-lived data: typing, receipts, presence, device lists. Synapse does not count incoming EDUs by type.',
      queryType,
      format: 'edus',
      parameters: { limit: 8 },
    }),
    'federation-lag': graph({
      title: 'Delay of outgoing events',
      description:
        'Time from an event until the federation sender has processed it. A line at 10 s means "10 s or more".',
      queryType,
      format: 'lag',
    }),
    'federation-summary': table({
      title: 'Federation traffic by type',
      description: 'Means over the time range shown. "Share" is the share of all traffic of that direction and kind.',
      queryType,
      format: 'summary',
      height: 9,
      span: 12,
      columns: [
        { name: 'direction', width: 75 },
        { name: 'kind', width: 55 },
        { name: 'type' },
        { name: 'per_second', width: 75 },
        { name: 'share', width: 95, settings: [...shareBar, decimals(0)] },
        { name: 'server_name', width: 110 },
      ],
    }),
  },
};
