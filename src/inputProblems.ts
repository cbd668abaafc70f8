// What the backend's parser takes: whole days, weeks, months or years, or Go's hours down to nanoseconds combined.
const calendar = /^\d+[dwMy]$/;
const clock = /^(\d+(\.\d+)?(h|ms|m|s|us|µs|ns))+$/;

/** Says what is wrong with a duration, undefined where nothing is. */
export function durationProblem(text: string): string | undefined {
  const trimmed = text.trim();
  if (calendar.test(trimmed) || clock.test(trimmed) || trimmed === '0') {
    return undefined;
  }
  if (/^\d+(\.\d+)?$/.test(trimmed)) {
    return `Add a unit, for example ${trimmed}s or ${trimmed}m.`;
  }
  return 'Write a duration such as 15s, 5m, 1h30m or 7d.';
}

/** Says what is wrong with a number, undefined where nothing is. */
export function numberProblem(text: string, min = -Infinity, max = Infinity): string | undefined {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    return 'Write a number, with a dot before decimals.';
  }
  if (value < min || value > max) {
    if (max === Infinity) {
      return `Must be ${min} or more.`;
    }
    return min === -Infinity ? `Must be ${max} or less.` : `Must lie between ${min} and ${max}.`;
  }
  return undefined;
}

/** The same for a number of things. */
export function wholeProblem(text: string, min = -Infinity, max = Infinity): string | undefined {
  return numberProblem(text, min, max) ?? (Number.isInteger(Number(text)) ? undefined : 'Write a whole number.');
}

const shortestKey = 16;

/** Says what is wrong with a key of pseudonyms: a short one can be guessed. */
export function keyProblem(text: string): string | undefined {
  return text.trim().length < shortestKey ? `Use ${shortestKey} characters or more.` : undefined;
}

/** A text that template variables fill: what it will be, nobody knows yet. */
export const isVariable = (text: string) => /\$|\[\[/.test(text);
