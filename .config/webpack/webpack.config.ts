import path from 'node:path';
import CopyPlugin from 'copy-webpack-plugin';
import { type Configuration } from 'webpack';

import { externals } from './externals';
import { brokenLink, fillPlaceholders } from './manifest';

const root = path.resolve(__dirname, '../..');
const pluginId = 'matrix-synapse-datasource';

export default function config(env: { production?: boolean }): Configuration {
  const problem = brokenLink();
  if (problem) {
    process.stderr.write(problem + '\n');
    process.exit(1);
  }
  return {
    mode: env.production ? 'production' : 'development',
    context: path.join(root, 'src'),
    entry: { module: './module.ts' },
    target: ['web', 'es2021'],
    devtool: env.production ? 'source-map' : 'eval-source-map',
    externals,
    module: {
      rules: [
        {
          test: /\.tsx?$/,
          exclude: /node_modules/,
          loader: 'swc-loader',
          options: {
            jsc: {
              target: 'es2021',
              parser: { syntax: 'typescript', tsx: true },
              transform: { react: { runtime: 'classic' } },
            },
          },
        },
        // Packages written as ECMAScript modules import files without their endings.
        { test: /\.m?js$/, include: /node_modules/, resolve: { fullySpecified: false } },
      ],
    },
    resolve: { extensions: ['.ts', '.tsx', '.js', '.mjs'] },
    output: {
      path: path.join(root, 'dist'),
      filename: '[name].js',
      library: { type: 'amd' },
      publicPath: `public/plugins/${pluginId}/`,
      uniqueName: pluginId,
      // The backend's half of dist/ is built by someone else and stays.
      clean: { keep: /^(gpx_|go_plugin_build_manifest)/ },
    },
    plugins: [
      new CopyPlugin({
        patterns: [
          { from: '../plugin.json', to: '.', transform: (content) => fillPlaceholders(content.toString()) },
          { from: '../README.md', to: '.' },
          { from: '../CHANGELOG.md', to: '.' },
          { from: '../LICENSE', to: '.', toType: 'dir' },
          { from: 'img/*', to: '.' },
          { from: '../provisioning/dashboards/matrix-synapse/*.json', to: 'dashboards/[name][ext]' },
        ],
      }),
    ],
    performance: { hints: env.production ? 'error' : false, maxAssetSize: 600_000, maxEntrypointSize: 600_000 },
  };
}
