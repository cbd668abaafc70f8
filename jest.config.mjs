/** @type {import('jest').Config} */
export default {
  testEnvironment: 'jsdom',
  // The whole of @grafana/ui is loaded, perhaps on a busy machine.
  testTimeout: 30_000,
  roots: ['<rootDir>/src', '<rootDir>/dashboards'],
  setupFilesAfterEnv: ['<rootDir>/src/test/setup.ts'],
  moduleNameMapper: {
    '\\.(css|svg|yaml)$': '<rootDir>/src/test/asset.ts',
    '^react-inlinesvg$': '<rootDir>/src/test/icon.ts',
  },
  transform: {
    '\\.[cm]?[jt]sx?$': [
      '@swc/jest',
      {
        isModule: 'unknown',
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'classic' } },
        },
      },
    ],
  },
  // Jest runs CommonJS, while ever more packages below @grafana/ui are ECMAScript modules only: all are translated,
  // once, and then come from jest's cache.
  transformIgnorePatterns: ['\\.json$'],
};
