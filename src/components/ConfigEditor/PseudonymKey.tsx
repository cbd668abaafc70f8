import React from 'react';
import { Button } from '@grafana/ui';

import { keyProblem } from '../../inputProblems';
import { type EditorProps, SecretSetting } from './SecretFields';

/** The key of pseudonyms. It is made at the user's wish only: another key renames every subject. */
export function PseudonymKey(editor: EditorProps) {
  const { options, onOptionsChange } = editor;
  const isThere = Boolean(options.secureJsonFields?.pseudonymKey || options.secureJsonData?.pseudonymKey);
  return (
    <>
      <SecretSetting
        {...editor}
        secret="pseudonymKey"
        label="Pseudonym key"
        help="Any text of 16 characters or more, from which pseudonyms are computed. Without a key, pseudonyms are weak: anyone can test a list of known room ids against them, so member counts are hidden too. A new key renames all subjects once: alerts that are firing resolve and fire again under the new names."
        problem={keyProblem}
      />
      <Button
        variant="secondary"
        disabled={options.readOnly || isThere}
        onClick={() =>
          onOptionsChange({ ...options, secureJsonData: { ...options.secureJsonData, pseudonymKey: makeKey() } })
        }
      >
        Make a key
      </Button>
    </>
  );
}

/** 32 random bytes as hexadecimal digits, which no YAML file, shell or variable changes. */
function makeKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
