/** The labels that narrow a query to homeservers and processes. */
export const filterIds = ['serverName', 'job', 'index', 'instance'] as const;

export type FilterId = (typeof filterIds)[number];
