// What Grafana 12.2.0, our oldest host, hands to every plugin (public/app/features/plugins/loader/sharedDependencies.ts
// of that version). Everything else is bundled: react/jsx-runtime, @grafana/schema and @grafana/i18n came to the list
// later or never, and naming them here would leave the plugin unloadable on 12.2.
export const externals = [
  '@emotion/css',
  '@emotion/react',
  '@grafana/data',
  '@grafana/runtime',
  '@grafana/ui',
  'd3',
  'i18next',
  'jquery',
  'lodash',
  'moment',
  'prismjs',
  'react',
  'react-dom',
  'react-redux',
  'react-router',
  'react-router-dom',
  'redux',
  'rxjs',
  'rxjs/operators',
  'slate',
  'slate-plain-serializer',
];
