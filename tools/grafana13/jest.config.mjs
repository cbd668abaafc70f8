import base from '../../jest.config.mjs';

// The same tests of the editors, with Grafana's packages and React from the folder of this file.
/** @type {import('jest').Config} */
export default { ...base, rootDir: '../..', roots: ['<rootDir>/src'], resolver: '<rootDir>/tools/grafana13/resolver.cjs' };
