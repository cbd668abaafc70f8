import { sentence, verdict, wrapped } from '../panels/cells';
import { table } from '../panels/table';
import { type Section } from '../section';

export const metricCoverage: Section = {
  id: 800,
  title: 'What do these answers rest on?',
  heading: 'Absent means blind',
  text: 'Not-yet is normal: some metrics come with an event, a role or an hour.',
  panels: [
    table({
      title: 'Metrics, the missing ones first',
      description: 'Every metric that this dashboard reads, whether Prometheus has it, and what sees less without it.',
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
  ],
};
