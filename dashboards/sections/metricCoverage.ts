import { sentence, verdict, wrapped } from '../panels/cells';
import { table } from '../panels/table';
import { type Section } from '../section';

export const metricCoverage: Section = {
  id: 800,
  title: 'Are all metrics there?',
  heading: 'A missing metric is a blind spot',
  text: '"not-yet" is normal: some metrics appear only after an event, in some roles, or after an hour.',
  panels: {
    'metric-coverage': table({
      title: 'Metrics, missing ones first',
      description:
        'Every metric that this plugin reads, whether Prometheus has it, and what can’t be shown without it. ' +
        'Status → Targets in Prometheus shows the last scrape error of each process.',
      queryType: 'metricCoverage',
      format: 'table',
      height: 10,
      columns: [
        { name: 'metric', width: 380, settings: wrapped },
        { name: 'status', width: 95, settings: verdict },
        { name: 'meaning', settings: sentence },
        { name: 'used_by', width: 220, settings: wrapped },
        { name: 'server_name', width: 105 },
      ],
    }),
  },
};
