import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');
const manifestPath = path.join(root, 'plugin.json');
const linkPath = path.join(root, 'src', 'plugin.json');

/** The sentence that explains a broken src/plugin.json, or undefined where the link works. */
export function brokenLink(link = linkPath, manifest = manifestPath): string | undefined {
  // Git without symlinks writes the link's target into a plain text file, so existence alone proves nothing.
  if (existsSync(link) && readFileSync(link, 'utf8') === readFileSync(manifest, 'utf8')) {
    return undefined;
  }
  return (
    'src/plugin.json must be a symbolic link to ../plugin.json: ' +
    'run "git config core.symlinks true" (on Windows with developer mode on) and "git checkout -- src/plugin.json".'
  );
}

/** plugin.json as it ships: with package.json's version and the day of the build. */
export function fillPlaceholders(text: string): string {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  return text.replaceAll('%VERSION%', version).replaceAll('%TODAY%', new Date().toISOString().slice(0, 10));
}
