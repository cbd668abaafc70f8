// Extends create-plugin's configuration, which is never edited: `npx @grafana/create-plugin update` replaces .config/.
import CopyPlugin from 'copy-webpack-plugin';
import type { Configuration } from 'webpack';
import { mergeWithCustomize } from 'webpack-merge';

import type { Env } from './.config/webpack/webpack.config.ts';
import { externals } from './tools/webpack/externals';
import { brokenLink } from './tools/webpack/link';

const merge = mergeWithCustomize<Configuration>({
  customizeArray: (base, ours, key) => {
    switch (key) {
      case 'externals':
        return ours as unknown;
      case 'plugins':
        // create-plugin copies every JSON file below src, generated sources among them; ours copies what ships.
        return [...(base as object[]).filter((plugin) => !(plugin instanceof CopyPlugin)), ...(ours as object[])];
      default:
        return undefined;
    }
  },
});

export default async function config(env: Env): Promise<Configuration> {
  const problem = brokenLink();
  if (problem) {
    process.stderr.write(problem + '\n');
    process.exit(1);
  }
  // Only now: create-plugin's configuration reads the manifest through the link as soon as it is loaded.
  const { default: grafanaConfig } = await import('./.config/webpack/webpack.config.ts');
  return merge(await grafanaConfig(env), {
    // What create-plugin adds to find the plugin's public path asks the loader for AMD's own "module".
    externals: [{ 'amd-module': 'module' }, ...externals],
    module: {
      rules: [
        // Packages written as ECMAScript modules import files without their endings.
        { test: /\.m?js$/, include: /node_modules/, resolve: { fullySpecified: false } },
        // Alert rules are fetched when somebody wants them; imported, they are an address.
        { test: /\.yaml$/, type: 'asset/resource', generator: { filename: 'alerting/[name][ext]' } },
      ],
    },
    plugins: [
      new CopyPlugin({
        patterns: [
          { from: 'plugin.json', to: '.', transform: (content) => dated(content.toString()) },
          { from: 'README.md', to: '.' },
          { from: '../CHANGELOG.md', to: '.' },
          { from: '../LICENSE', to: '.', toType: 'dir' },
          { from: 'img/*', to: '.' },
          { from: '../provisioning/dashboards/matrix-synapse/*.json', to: 'dashboards/[name][ext]' },
        ],
      }),
    ],
    performance: { hints: env.production ? 'error' : false, maxAssetSize: 600_000, maxEntrypointSize: 600_000 },
  });
}

/** The manifest with the day of the commit, so that two builds of it are equal. create-plugin fills in today. */
function dated(manifest: string): string {
  const seconds = process.env.SOURCE_DATE_EPOCH;
  const day = seconds && new Date(Number(seconds) * 1000).toISOString().slice(0, 10);
  return day ? manifest.replaceAll('%TODAY%', day) : manifest;
}
