import { hidden, inspected, paragraph, sentence, severity, wrapped } from '../panels/cells';
import { table } from '../panels/table';
import { type Section } from '../section';

/** The panel that shows what a check is about, so that a finding links to it. */
const panels: Record<string, number> = {
  'event-send-time': 102,
  'sync-time': 102,
  'cpu-saturation': 152,
  memory: 154,
  restarts: 152,
  'reactor-lag': 155,
  workers: 152,
  'replication-lag': 152,
  'database-cost': 202,
  'database-chatty': 202,
  'database-slow': 205,
  'database-pool': 156,
  'database-connections': 156,
  'federation-presence': 303,
  'federation-lag': 304,
  'federation-inbound': 302,
  'cache-undersized': 402,
  'cache-memory': 402,
  extremities: 502,
  'extremities-corrupt': 502,
  'state-resolution': 502,
  'partial-state': 502,
  'gc-pauses': 602,
};

/** Gives the hidden id of the check the name of its panel as text, which the link beside it reads. */
const graphsOfChecks = {
  id: 'mappings',
  value: [
    {
      type: 'value',
      options: Object.fromEntries(
        Object.entries(panels).map(([check, panel], index) => [check, { text: `panel-${panel}`, index }])
      ),
    },
  ],
};

/** A link's address, shown as a word. */
const asWord = {
  id: 'mappings',
  value: [{ type: 'regex', options: { pattern: '.+', result: { text: 'How', index: 0 } } }],
};

const itsGraphs = {
  id: 'links',
  value: [
    {
      title: 'Its graphs',
      url: '/d/synapse-diagnosis?${__url_time_range}&${__all_variables}&viewPanel=${__data.fields.Check.text}',
    },
  ],
};

export const diagnosis: Section = {
  id: 10,
  title: 'What is wrong?',
  text: '**Start here.** The worst comes first. A click on a finding leads to its graphs.',
  panels: [
    table({
      title: 'Findings',
      description:
        'Every check of the guide, run just now. "unknown" means that a check could not look, not that all is well; ' +
        'checks that found nothing wrong stand at the end.',
      queryType: 'diagnosis',
      format: 'findings',
      height: 18,
      columns: [
        { name: 'severity', width: 80, settings: severity },
        { name: 'title', width: 210, settings: [...wrapped, itsGraphs] },
        { name: 'subject', width: 215, settings: [inspected] },
        { name: 'evidence', settings: paragraph },
        { name: 'caused_by', width: 130, settings: wrapped },
        { name: 'since', width: 105, settings: [{ id: 'unit', value: 'dateTimeFromNow' }] },
        { name: 'server_name', width: 105 },
        { name: 'check', settings: [hidden, graphsOfChecks] },
      ],
    }),
    table({
      title: 'What to do',
      description: 'The advice for each finding, from what costs nothing to what needs care.',
      queryType: 'diagnosis',
      format: 'findings',
      height: 12,
      only: 'advice',
      columns: [
        { name: 'severity', width: 80, settings: severity },
        { name: 'title', width: 180, settings: wrapped },
        { name: 'subject', width: 150, settings: [inspected] },
        { name: 'advice', settings: sentence },
        { name: 'docs_url', width: 70, settings: [{ id: 'displayName', value: 'More' }, asWord] },
        { name: 'server_name', width: 105 },
      ],
    }),
  ],
};
