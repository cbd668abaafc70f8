import { graph, withLimits } from '../panels/graph';
import { heatmap } from '../panels/heatmap';
import { guideLink } from '../links';
import { type Section } from '../section';

const queryType = 'eventSendTime';

export const eventSendTime: Section = {
  id: 100,
  title: 'How slow is sending a message?',
  text:
    '**What people feel.** Half of all sends should take a fraction of a second, and hardly any more than one. ' +
    'If the 99 % line stays above the dashed ones, something is wrong: the sections below are the usual causes. ' +
    'One slow worker among quick ones is a matter of that process. ' +
    `[Guide](${guideLink('message-event-send-time')})`,
  panels: [
    withLimits(
      graph({
        title: 'Time to send a message',
        description:
          'How long clients waited until the homeserver had accepted their message; failed sends are left out. ' +
          'Dashed: 1 s deserves a look, 2 s hurts (levels of this dashboard; the guide names none). ' +
          'The last bucket of the histogram ends at 10 s, so a line at 10 s means "10 s or more".',
        queryType,
        format: 'quantiles',
        span: 24,
      }),
      1,
      2
    ),
    heatmap({
      title: 'All sends by duration',
      description:
        'Each column is a moment, each row a range of durations; the darker, the more sends. ' +
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
