import { type Builder } from '@grafana/grafana-foundation-sdk/cog';
import { type Panel } from '@grafana/grafana-foundation-sdk/dashboard';

import { inspected, sentence, severity, wrapped } from './panels/cells';
import { table } from './panels/table';

/** The findings of the checks whose panels a section has, with their numbers. */
export function verdictOf(checks: string[]): Builder<Panel> {
  return table({
    title: 'Verdict',
    description:
      'The findings about this section, the worst first. "What to do" at the top of "Synapse: diagnosis" has the ' +
      'advice. "unknown" means that a check could not look.',
    queryType: 'diagnosis',
    format: 'findings',
    parameters: { checks },
    header: false,
    height: checks.length > 1 ? 6 : 4,
    columns: [
      { name: 'severity', width: 75, settings: severity },
      { name: 'title', width: 170, settings: wrapped },
      { name: 'evidence', settings: sentence },
      { name: 'subject', width: 150, settings: [inspected] },
      { name: 'server_name', width: 105 },
    ],
  });
}
