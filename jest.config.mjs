// Packages that ship as ECMAScript modules only: jest runs CommonJS, so they are translated.
const modules = [
  '@grafana', '@react-awesome-query-builder', 'd3', 'd3-[a-z-]+', 'delaunator', 'internmap', 'marked', 'ol',
  'quickselect', 'rbush', 'robust-predicates', 'uuid', 'uwrap', 'react-calendar', 'get-user-locale', 'memoize',
  'mimic-function', 'react-data-grid', 'color-[a-z]+', 'geotiff', 'earcut', 'pbf', 'react-colorful',
];

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'jsdom',
  roots: ['<rootDir>/src'],
  setupFilesAfterEnv: ['<rootDir>/src/test/setup.ts'],
  moduleNameMapper: { '\\.(css|svg)$': '<rootDir>/src/test/asset.ts' },
  transform: {
    '^.+\\.(t|j)sx?$|\\.mjs$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript', tsx: true }, transform: { react: { runtime: 'classic' } } } },
    ],
  },
  transformIgnorePatterns: [`node_modules/(?!(.*/)?(${modules.join('|')})/)`],
};
