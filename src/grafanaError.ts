/** What Grafana said where a request of the page to it failed. */
export function grafanaSays(error: unknown): string {
  const { data, statusText } = error as { data?: { message?: string }; statusText?: string };
  return data?.message || statusText || String(error);
}
