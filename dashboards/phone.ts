import { type Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { dashboardOf } from './dashboard';
import { hidden, sentence, severity, shortSeverity, wrapped } from './panels/cells';
import { table } from './panels/table';
import { linksOfFinding, panelsOfChecks } from './sections/findings';

/**
 * The problems on a phone: Grafana stacks panels there but keeps the columns of a table, and those of "Synapse: diagnosis"
 * scroll sideways. These fit into 390 px.
 */
export function phone(): Dashboard {
  return dashboardOf({
    uid: 'synapse-phone',
    title: 'Synapse: phone',
    description: 'The problems and what to do first, on a narrow screen.',
    sections: [{ id: 950, title: 'What is wrong?', panels: { summary, problems } }],
  });
}

const summary = table({
  title: 'Summary',
  description: 'How each homeserver is now.',
  queryType: 'diagnosis',
  format: 'summary',
  header: false,
  height: 5,
  columns: [
    { name: 'worst', width: 64, settings: severity },
    { name: 'sentence', settings: sentence },
    { name: 'server_name', width: 80, settings: wrapped },
  ],
});

const problems = table({
  title: 'Problems',
  description: 'One row per problem, the worst first. Tap a problem to open its graph.',
  queryType: 'diagnosis',
  format: 'findings',
  parameters: { atLeast: 'info' },
  height: 24,
  columns: [
    { name: 'severity', width: 50, settings: [...shortSeverity, { id: 'displayName', value: 'Level' }] },
    { name: 'title', width: 84, settings: [...wrapped, linksOfFinding] },
    { name: 'subject_name', width: 76, settings: wrapped },
    { name: 'remedy', settings: [...wrapped, { id: 'custom.minWidth', value: 110 }] },
    { name: 'docs_url', settings: [hidden] },
    { name: 'next', settings: [hidden] },
    { name: 'check', settings: [hidden, panelsOfChecks] },
  ],
  none: 'No problem found. The summary says which checks can’t look.',
});
