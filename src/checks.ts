import { formattedValueToString, getValueFormat } from '@grafana/data';

import generated from './generated/checks.json';

export interface Check {
  id: string;
  title: string;
  /** The Grafana unit of its thresholds. */
  unit: string;
  warning: number | null;
  critical: number | null;
}

/** The checks whose thresholds can be changed: those that a number decides. */
export const adjustableChecks: Check[] = generated.filter(
  ({ warning, critical }) => warning !== null || critical !== null
);

/** A default as it would be typed, and as people read it where that differs; null is a level that the check never reaches. */
export function defaultThreshold(unit: string, value: number | null): string {
  if (value === null) {
    return 'never';
  }
  const read = formattedValueToString(getValueFormat(unit)(value));
  return read === String(value) ? read : `${value} (${read})`;
}
