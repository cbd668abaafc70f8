import { type Builder } from '@grafana/grafana-foundation-sdk/cog';
import { type Panel } from '@grafana/grafana-foundation-sdk/dashboard';

import { levelsOf, titleOfCheck } from '../declarations';
import { hidden, inspected, paragraph, sentence, severity, wrapped } from '../panels/cells';
import { stat } from '../panels/stat';
import { table } from '../panels/table';
import { timeline } from '../panels/timeline';
import { type Section } from '../section';
import { instead, linksOfFinding, panelsOfChecks } from './findings';

/** A panel of this dashboard, with what the reader chose. */
const panelHere = (number: number) =>
  `/d/synapse-diagnosis?viewPanel=panel-${number}&\${__url_time_range}&\${__all_variables}`;

const stats: Record<string, Builder<Panel>> = {
  'stat-send': stat({
    title: 'Sending',
    description: 'Of 100 messages, 95 are accepted within this time (p95). Orange from 1 s, red from 2.5 s.',
    queryType: 'eventSendTime',
    format: 'quantiles',
    line: '/95/',
    levels: [1, 2.5],
    link: { title: 'Show the graph', url: panelHere(102) },
  }),
  'stat-loop': stat({
    title: 'Loop',
    description: 'Share of time in which the event loop of the busiest process was busy.',
    queryType: 'resources',
    format: 'reactor',
    levels: levelsOf('reactor-lag'),
    link: { title: 'Show all processes', url: panelHere(155) },
  }),
  'stat-database': stat({
    title: 'Database',
    description: 'Connections that the busiest process uses: seconds of database time per second.',
    queryType: 'graph',
    format: 'series',
    parameters: { graph: 'database-time' },
    link: { title: 'Show the transactions', url: panelHere(202) },
  }),
  'stat-errors': stat({
    title: 'Errors',
    description: 'Answers with 5xx per second, of the kind of request that fails most.',
    queryType: 'graph',
    format: 'series',
    parameters: { graph: 'requests-errors' },
    none: 'none',
    link: { title: 'Show the graph', url: '/d/synapse-graphs?${__url_time_range}&${__all_variables}' },
  }),
  'stat-federation': stat({
    title: 'Federation',
    description: 'Of 100 events, 90 reach the other homeservers within this time.',
    queryType: 'federation',
    format: 'lag',
    line: '/90/',
    link: { title: 'Show the graph', url: panelHere(254) },
  }),
  'stat-users': stat({
    title: 'Users',
    description: 'Users who were active in the last 24 hours, as Synapse counts them.',
    queryType: 'graph',
    format: 'series',
    parameters: { graph: 'users-active' },
    link: { title: 'Show all graphs', url: '/d/synapse-graphs?${__url_time_range}&${__all_variables}' },
  }),
};

export const overview: Section = {
  id: 950,
  title: 'What is wrong?',
  panels: {
    summary: table({
      title: 'Summary',
      description: 'How each homeserver is now. Below: the problems, the worst first.',
      queryType: 'diagnosis',
      format: 'summary',
      header: false,
      height: 3,
      columns: [
        { name: 'worst', width: 80, settings: severity },
        { name: 'sentence', settings: sentence },
        { name: 'server_name', width: 110, settings: wrapped },
      ],
    }),
    ...stats,
    problems: table({
      title: 'Problems',
      description:
        'One row per problem, with the first step to take. Click a problem to open its graph. Causes stand above what ' +
        'they explain. Checks that found nothing are under "All checks".',
      queryType: 'diagnosis',
      format: 'findings',
      parameters: { atLeast: 'info' },
      height: 13,
      columns: [
        { name: 'severity', width: 72, settings: severity },
        { name: 'title', width: 140, settings: [...wrapped, linksOfFinding] },
        { name: 'subject_name', width: 145, settings: [...wrapped, inspected] },
        { name: 'evidence', settings: paragraph },
        { name: 'remedy', settings: paragraph },
        { name: 'since', width: 78, settings: [...wrapped, { id: 'unit', value: 'dateTimeFromNow' }] },
        {
          name: 'caused_by',
          width: 95,
          settings: [...wrapped, { id: 'displayName', value: 'Because of' }, instead(titleOfCheck)],
        },
        { name: 'docs_url', settings: [hidden] },
        { name: 'server_name', width: 90, settings: wrapped },
        { name: 'next', settings: [hidden] },
        { name: 'check', settings: [hidden, panelsOfChecks] },
      ],
      none: 'No problem found. The summary says which checks can’t look.',
    }),
    'history-of-checks': timeline({
      title: 'When it began',
      description:
        'The checks that found a problem within the time range, by the number that decides each: what came first, and what has healed.',
      queryType: 'diagnosis',
      format: 'history',
      parameters: { atLeast: 'warning', subjects: false },
    }),
    'what-changed': table({
      title: 'What changed',
      description: 'Restarts, new versions and resized caches. Click one to see two hours around it.',
      queryType: 'changes',
      format: 'annotations',
      height: 7,
      columns: [
        { name: 'time', width: 160, settings: [{ id: 'displayName', value: 'Time' }] },
        {
          name: 'title',
          width: 230,
          settings: [
            ...wrapped,
            { id: 'displayName', value: 'What' },
            {
              id: 'links',
              value: [
                {
                  title: 'Two hours around it',
                  url: '/d/synapse-diagnosis?${__data.fields.around:raw}&${__all_variables}',
                },
              ],
            },
          ],
        },
        { name: 'text', settings: [...sentence, { id: 'displayName', value: 'Details' }] },
        { name: 'around', settings: [hidden] },
      ],
      none: 'No restart, new version or resized cache in this time range.',
    }),
  },
};
