import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');

/** The sentence that explains a broken src/plugin.json, or undefined where the link works. */
export function brokenLink(
  link = path.join(root, 'src', 'plugin.json'),
  manifest = path.join(root, 'plugin.json')
): string | undefined {
  // Git without symlinks writes the link's target into a plain text file, so existence alone proves nothing.
  if (existsSync(link) && readFileSync(link, 'utf8') === readFileSync(manifest, 'utf8')) {
    return undefined;
  }
  return (
    'src/plugin.json must be a symbolic link to ../plugin.json: ' +
    'run "git config core.symlinks true" (on Windows with developer mode on) and "git checkout -- src/plugin.json".'
  );
}
