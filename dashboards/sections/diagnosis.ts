import { titleOfCheck } from '../declarations';
import { asWord, hidden, inspected, paragraph, sentence, severity, wrapped } from '../panels/cells';
import { table } from '../panels/table';
import { addressOfCheck } from '../places';
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

/** Gives the hidden id of a check the address of its panel as text, which the link in the title reads. */
const panelsOfChecks = instead(addressOfCheck);

const linkToPanel = {
  id: 'links',
  value: [
    {
      title: 'Show the graph',
      url: '/d/${__data.fields.Check.text}&${__url_time_range}&${__all_variables}',
    },
  ],
};

export const diagnosis: Section = {
  id: 10,
  title: 'What is wrong?',
  heading: 'Start here',
  text: 'The worst finding comes first. Click a finding to open its graph.',
  panels: {
    findings: table({
      title: 'Findings',
      description:
        'All checks, run now. "unknown" means that a check could not look, not that all is well. ' +
        'Checks that found no problem are at the end.',
      queryType: 'diagnosis',
      format: 'findings',
      height: 18,
      columns: [
        { name: 'severity', width: 70, settings: severity },
        { name: 'title', width: 150, settings: [...wrapped, linkToPanel] },
        { name: 'evidence', settings: paragraph },
        { name: 'remedy', settings: paragraph },
        { name: 'subject', width: 130, settings: [inspected, ...wrapped] },
        { name: 'since', width: 85, settings: [...wrapped, { id: 'unit', value: 'dateTimeFromNow' }] },
        { name: 'server_name', width: 90, settings: wrapped },
        { name: 'check', settings: [hidden, panelsOfChecks] },
      ],
    }),
    advice: table({
      title: 'What to do',
      description: 'The advice for each finding, the first step first.',
      queryType: 'diagnosis',
      format: 'findings',
      height: 14,
      only: 'advice',
      columns: [
        { name: 'severity', width: 70, settings: severity },
        { name: 'title', width: 150, settings: wrapped },
        { name: 'advice', settings: sentence },
        { name: 'caused_by', width: 110, settings: [...wrapped, instead(titleOfCheck)] },
        { name: 'subject', width: 130, settings: [inspected, ...wrapped] },
        { name: 'docs_url', width: 60, settings: [{ id: 'displayName', value: 'More' }, asWord('Docs')] },
        { name: 'server_name', width: 90, settings: wrapped },
      ],
    }),
  },
};
