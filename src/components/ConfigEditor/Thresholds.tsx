import React from 'react';
import { IconButton, Stack, Text, TextLink } from '@grafana/ui';

import { adjustableChecks, type Check, defaultThreshold } from '../../checks';
import { docsLink } from '../../docs';
import { numberProblem } from '../../inputProblems';
import { withSetting } from '../../settings';
import { type Threshold } from '../../types';
import { DraftInput } from '../DraftInput';
import { type SettingsProps } from './SettingFields';

const levels = ['warning', 'critical'] as const;
const labels = { warning: 'Warning', critical: 'Critical' };

/** Every check's two levels, with the check's own as placeholders. */
export function Thresholds({ settings, readOnly, onChange }: SettingsProps) {
  const stored = settings.thresholds ?? {};
  const store = (id: string, threshold: Threshold) => {
    const kept = Object.entries({ ...stored, [id]: threshold }).filter(([, levels]) => Object.keys(levels).length > 0);
    onChange(withSetting(settings, 'thresholds', Object.fromEntries(kept)));
  };
  const unknown = Object.keys(stored).filter((id) => !adjustableChecks.some((check) => check.id === id));
  return (
    <Stack direction="column" gap={1.5}>
      {adjustableChecks.map((check) => (
        <CheckLevels
          key={check.id}
          check={check}
          threshold={stored[check.id] ?? {}}
          readOnly={readOnly}
          onChange={(threshold) => store(check.id, threshold)}
        />
      ))}
      {unknown.map((id) => (
        <Stack key={id} alignItems="center">
          <Text color="warning">{`“${id}” has no effect: no check with levels to set has this id.`}</Text>
          <IconButton name="trash-alt" tooltip={`Remove ${id}`} disabled={readOnly} onClick={() => store(id, {})} />
        </Stack>
      ))}
    </Stack>
  );
}

interface CheckLevelsProps {
  check: Check;
  threshold: Threshold;
  readOnly?: boolean;
  onChange: (threshold: Threshold) => void;
}

function CheckLevels({ check, threshold, readOnly, onChange }: CheckLevelsProps) {
  const set = (level: keyof Threshold, text: string) => {
    const next = { ...threshold };
    if (text === '') {
      delete next[level];
    } else {
      next[level] = Number(text);
    }
    onChange(next);
  };
  return (
    <Stack gap={1} alignItems="center" wrap="wrap">
      <div style={{ width: 320, maxWidth: '100%' }}>
        <Text element="p">{check.title}</Text>
        <TextLink href={docsLink(`checks/${check.id}.md`)} external variant="bodySmall">
          {check.id}
        </TextLink>
      </div>
      {levels.map((level) => (
        <DraftInput
          key={level}
          id={`setting-thresholds-${check.id}-${level}`}
          label={`${labels[level]} level of ${check.id}`}
          value={String(threshold[level] ?? '')}
          placeholder={defaultThreshold(check.unit, check[level])}
          prefix={labels[level]}
          width={28}
          disabled={readOnly}
          problem={(text) => numberProblem(text)}
          onCommit={(text) => set(level, text)}
        />
      ))}
    </Stack>
  );
}
