import { graph, withLimits } from '../panels/graph';
import { heatmap } from '../panels/heatmap';
import { guideLink } from '../links';
import { type Section } from '../section';

const queryType = 'eventSendTime';

/** From the many to the few: the further out a quantile, the louder its colour. */
const colours = [
  ['/99%/', 'purple'],
  ['/95%/', 'blue'],
  ['/90%/', 'light-blue'],
  ['/75%/', 'semi-dark-green'],
  ['/50%/', 'light-green'],
  ['/mean/', 'text'],
].map(([pattern, fixedColor]) => ({
  matcher: { id: 'byRegexp', options: pattern },
  properties: [{ id: 'color', value: { mode: 'fixed', fixedColor } }],
}));

export const eventSendTime: Section = {
  id: 100,
  title: 'How slow is sending a message?',
  heading: 'What people feel',
  text: `Well under a second is normal; the usual causes are below. [Guide](${guideLink('message-event-send-time')})`,
  panels: [
    withLimits(
      graph({
        title: 'Time to send a message',
        description:
          'How long clients waited until the homeserver had accepted their message; failed sends are left out. ' +
          'Dashed: 1 s deserves a look, 2 s hurts (the levels of Synapse’s own dashboard; the guide names none). ' +
          'The last bucket of the histogram ends at 10 s, so a line at 10 s means "10 s or more".',
        queryType,
        format: 'quantiles',
        span: 24,
      }),
      1,
      2
    ).overrides(colours),
    heatmap({
      title: 'All sends by duration',
      description:
        'Each column is a moment, each row a range of durations; the stronger the colour, the more sends. ' +
        'A second band far above the first one points to one kind of room or one worker, a smear upwards to overload.',
      queryType,
      format: 'heatmap',
    }),
    withLimits(
      graph({
        title: 'Time to send, by process',
        description:
          'The same for each process that takes sends from clients. ' +
          'Processes in step: look at what they share, the database first. One outlier: look at its CPU.',
        queryType,
        format: 'byWorker',
      }),
      1,
      2
    ),
  ],
};
