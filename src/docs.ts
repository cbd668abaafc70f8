import generated from './generated/docs.json';

/** A page of the documentation of this version of the plugin. */
export const docsLink = (path: string): string => generated.docs + path;
