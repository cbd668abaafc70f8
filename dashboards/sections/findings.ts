import { addressOfCheck } from '../places';
import { datasource } from '../query';

/** Shows other texts than the ids of checks. */
export const instead = (texts: Record<string, string>) => ({
  id: 'mappings',
  value: [
    {
      type: 'value',
      options: Object.fromEntries(Object.entries(texts).map(([check, text], index) => [check, { text, index }])),
    },
  ],
});

/** Gives the hidden id of a check the address of its panel as text, which the link in the title reads. */
export const panelsOfChecks = instead(addressOfCheck);

/** The finding's graph on a dashboard, and its query in Explore, which works for any subject. */
export const linksOfFinding = {
  id: 'links',
  value: [
    { title: 'Show the graph', url: '/d/${__data.fields.check.text}&${__url_time_range}&${__all_variables}' },
    { title: 'Open in Explore', url: exploreOf('${__data.fields.next:percentencode}'), targetBlank: true },
    { title: 'How this check decides', url: '${__data.fields.docs_url:raw}', targetBlank: true },
  ],
};

/** The address of Explore with one query, over the dashboard's time. */
function exploreOf(query: string): string {
  const [before, after] = [
    `{"a":{"datasource":"${datasource.uid}","queries":[`,
    '],"range":{"from":"${__from}","to":"${__to}"}}}',
  ];
  return `/explore?schemaVersion=1&panes=${escaped(before)}${query}${escaped(after)}`;
}

/** Escaped, but for what Grafana fills in. */
function escaped(text: string): string {
  return text.replace(/\$\{\w+\}|[^$]+/g, (part) => (part.startsWith('${') ? part : encodeURIComponent(part)));
}
