import { titleOfCheck } from '../declarations';
import { asWord, hidden, inspected, paragraph, sentence, severity, wrapped } from '../panels/cells';
import { table } from '../panels/table';
import { places } from '../places';
import { type Section } from '../section';

/** Shows other texts than the ids of checks. */
const instead = (texts: Record<string, string>) => ({
  id: 'mappings',
  value: [
    {
      type: 'value',
      options: Object.fromEntries(Object.entries(texts).map(([check, text], index) => [check, { text, index }])),
    },
  ],
});

/** Gives the hidden id of a check the place of its panel as text, which the link beside it reads. */
const graphsOfChecks = instead(places);

const itsGraphs = {
  id: 'links',
  value: [
    {
      title: 'Its graphs',
      url: '/d/${__data.fields.Check.text}&${__url_time_range}&${__all_variables}',
    },
  ],
};

export const diagnosis: Section = {
  id: 10,
  title: 'What is wrong?',
  heading: 'Start here',
  text: 'The worst comes first. A click on a finding leads to its graphs.',
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
        { name: 'severity', width: 75, settings: severity },
        { name: 'title', width: 175, settings: [...wrapped, itsGraphs] },
        { name: 'evidence', settings: paragraph },
        { name: 'subject', width: 215, settings: [inspected] },
        { name: 'caused_by', width: 130, settings: [...wrapped, instead(titleOfCheck)] },
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
      height: 14,
      only: 'advice',
      columns: [
        { name: 'severity', width: 75, settings: severity },
        { name: 'title', width: 180, settings: wrapped },
        { name: 'advice', settings: sentence },
        { name: 'subject', width: 150, settings: [inspected] },
        { name: 'docs_url', width: 70, settings: [{ id: 'displayName', value: 'More' }, asWord('How')] },
        { name: 'server_name', width: 105 },
      ],
    }),
  ],
};
