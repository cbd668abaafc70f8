import checks from './generated/checks.json';

/** The checks whose thresholds can be changed: those that a number decides. */
export const checkIds = checks
  .filter(({ warning, critical }) => warning !== null || critical !== null)
  .map(({ id }) => id);
