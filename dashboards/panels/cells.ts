import { type DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';

export const decimals = (digits: number): DynamicConfigValue => ({ id: 'decimals', value: digits });

/** A sentence: wrapped, and as tall as it needs. */
export const sentence: DynamicConfigValue[] = [
  { id: 'custom.wrapText', value: true },
  { id: 'custom.minWidth', value: 200 },
];

/** A verdict in the colour that the data source gives it. */
export const verdict: DynamicConfigValue[] = [{ id: 'custom.cellOptions', value: { type: 'color-text' } }];

/** A share of a whole, as a bar from 0 to 1. */
export const shareBar: DynamicConfigValue[] = [
  { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic', valueDisplayMode: 'text' } },
  { id: 'min', value: 0 },
  { id: 'max', value: 1 },
  { id: 'color', value: { mode: 'fixed', fixedColor: 'blue' } },
];

/** Cut where it is too long, with an eye that opens it in full, to copy. */
export const inspected: DynamicConfigValue = { id: 'custom.inspect', value: true };

/** Lines to paste elsewhere: as they are, with an eye that opens them in full and copies them. */
export const verbatim: DynamicConfigValue[] = [
  { id: 'custom.cellOptions', value: { type: 'json-view' } },
  { id: 'custom.wrapText', value: true },
  inspected,
];

/** How many times as much as before. */
export const times: DynamicConfigValue[] = [
  { id: 'unit', value: 'prefix:× ' },
  decimals(1),
  { id: 'custom.cellOptions', value: { type: 'color-text' } },
  { id: 'color', value: { mode: 'thresholds' } },
  {
    id: 'thresholds',
    value: {
      mode: 'absolute',
      steps: [
        { value: null, color: 'text' },
        { value: 1.5, color: 'orange' },
      ],
    },
  },
];

/** One of several texts side by side. */
export const paragraph: DynamicConfigValue[] = [
  { id: 'custom.wrapText', value: true },
  { id: 'custom.minWidth', value: 190 },
];

/**
 * Behind text, Grafana's own red, orange and green leave too little contrast in one theme or the other: these have 4.5 to 1
 * with the white or black that Grafana writes on them.
 */
const severities = { critical: '#c4162a', warning: '#ffb357', info: '#1f60c4', ok: '#19730e', unknown: '#6b6b6b' };

function severityCell(textOf: (severity: string) => string | undefined): DynamicConfigValue[] {
  const options = Object.fromEntries(
    Object.entries(severities).map(([severity, color], index) => [severity, { color, text: textOf(severity), index }])
  );
  return [
    { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } },
    { id: 'mappings', value: [{ type: 'value', options }] },
  ];
}

/** A severity that is seen from afar. */
export const severity = severityCell(() => undefined);

/** The same where there is no room for the word. */
export const shortSeverity = severityCell((severity) => severity.slice(0, 4));

/** There for links to read, not to be seen. */
export const hidden: DynamicConfigValue = { id: 'custom.hidden', value: true };

/** Wrapped, with a maximum width. */
export const wrapped: DynamicConfigValue[] = [{ id: 'custom.wrapText', value: true }];

/** A link's address, shown as a word. */
export const asWord = (text: string): DynamicConfigValue => ({
  id: 'mappings',
  value: [{ type: 'regex', options: { pattern: '.+', result: { text, index: 0 } } }],
});
