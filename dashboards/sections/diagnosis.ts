import { titleOfCheck } from '../declarations';
import { asWord, hidden, inspected, paragraph, sentence, severity, wrapped } from '../panels/cells';
import { table } from '../panels/table';
import { instead, linksOfFinding, panelsOfChecks } from './findings';
import { type Section } from '../section';

export const diagnosis: Section = {
  id: 10,
  title: 'All checks',
  closed: true,
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
        { name: 'title', width: 150, settings: [...wrapped, linksOfFinding] },
        { name: 'evidence', settings: paragraph },
        { name: 'remedy', settings: paragraph },
        { name: 'subject', width: 155, settings: [inspected, ...wrapped] },
        { name: 'since', width: 85, settings: [...wrapped, { id: 'unit', value: 'dateTimeFromNow' }] },
        { name: 'server_name', width: 90, settings: wrapped },
        { name: 'check', settings: [hidden, panelsOfChecks] },
        { name: 'next', settings: [hidden] },
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
        { name: 'subject', width: 155, settings: [inspected, ...wrapped] },
        { name: 'docs_url', width: 60, settings: [{ id: 'displayName', value: 'More' }, asWord('Docs')] },
        { name: 'server_name', width: 90, settings: wrapped },
      ],
    }),
  },
};
