import { guideLink } from '../links';
import { graph, withLimits } from '../panels/graph';
import { heatmap } from '../panels/heatmap';
import { type Section } from '../section';

const queryType = 'eventSendTime';

/** From the many to the few: the further out a quantile, the louder its colour. */
const colours = [
  ['/99 ?%/', 'purple'],
  ['/95 ?%/', 'blue'],
  ['/90 ?%/', 'light-blue'],
  ['/75 ?%/', 'semi-dark-green'],
  ['/50 ?%/', 'light-green'],
  ['/mean/', 'text'],
].map(([pattern, fixedColor]) => ({
  matcher: { id: 'byRegexp', options: pattern },
  properties: [{ id: 'color', value: { mode: 'fixed', fixedColor } }],
}));

export const eventSendTime: Section = {
  id: 100,
  title: 'How slow is sending a message?',
  heading: 'What users feel',
  text: `Well under a second is normal. The usual causes are below. [Guide](${guideLink('message-event-send-time')})`,
  panels: {
    'send-time': withLimits(
      graph({
        title: 'Time to send a message',
        description:
          'How long clients wait until the homeserver accepts a message. Failed sends are left out. ' +
          'Dashed lines: 1 s and 2 s, the levels of Synapse’s own dashboard. ' +
          'The histogram ends at 10 s, so a line at 10 s means "10 s or more".',
        queryType,
        format: 'quantiles',
        span: 24,
      }),
      1,
      2
    ).overrides(colours),
    'send-heatmap': heatmap({
      title: 'Sends by duration',
      description:
        'A stronger colour means more sends. A second band far above the first one points to one kind of room or one ' +
        'worker. A band that widens upwards points to overload.',
      queryType,
      format: 'heatmap',
    }),
    'send-by-process': withLimits(
      graph({
        title: 'Time to send, by process',
        description:
          'For each process that accepts messages from clients. If all lines rise together, look at what the processes ' +
          'share: the database first. If one line rises alone, look at the CPU of that process.',
        queryType,
        format: 'byWorker',
      }),
      1,
      2
    ),
  },
};
