import React, { useState } from 'react';
import { Button, IconButton, Input, Stack, Text } from '@grafana/ui';

import { numberProblem } from '../../inputProblems';
import { withSetting } from '../../settings';
import { DraftInput } from '../DraftInput';
import { type SettingsProps } from './SettingFields';

const id = 'setting-perCacheFactors';

/** A row for each cache whose factor homeserver.yaml states. */
export function CacheFactors({ settings, readOnly, onChange }: SettingsProps) {
  const factors = settings.perCacheFactors ?? {};
  // A row that was just added has no factor yet, and a row without one is not stored.
  const [added, setAdded] = useState<string[]>([]);
  const store = (next: Record<string, number>) => onChange(withSetting(settings, 'perCacheFactors', next));
  const set = (name: string, text: string) => {
    if (text === '') {
      setAdded([...added, name]);
      store(without(factors, name));
    } else {
      store({ ...factors, [name]: Number(text) });
    }
  };
  const remove = (name: string) => {
    setAdded(added.filter((other) => other !== name));
    store(without(factors, name));
  };
  return (
    <Stack direction="column" gap={1}>
      {[...new Set([...Object.keys(factors), ...added])].map((name) => (
        <Stack key={name} direction="row" gap={1} alignItems="center" wrap="wrap">
          <div style={{ minWidth: 260 }}>
            <Text>{name}</Text>
          </div>
          <DraftInput
            id={`${id}-${name}`}
            label={`Factor of ${name}`}
            value={String(factors[name] ?? '')}
            placeholder="Factor"
            width={16}
            disabled={readOnly}
            problem={(text) => numberProblem(text, 0)}
            onCommit={(text) => set(name, text)}
          />
          <IconButton name="trash-alt" tooltip={`Remove ${name}`} disabled={readOnly} onClick={() => remove(name)} />
        </Stack>
      ))}
      <AddCache disabled={readOnly} onAdd={(name) => setAdded([...added, name])} />
    </Stack>
  );
}

function AddCache({ disabled, onAdd }: { disabled?: boolean; onAdd: (name: string) => void }) {
  const [name, setName] = useState('');
  const add = () => {
    if (name.trim() !== '') {
      onAdd(name.trim());
      setName('');
    }
  };
  return (
    <Stack direction="row" gap={1} alignItems="center" wrap="wrap">
      <Input
        id={id}
        value={name}
        placeholder="Name of a cache"
        disabled={disabled}
        width={32}
        onChange={(event) => setName(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            // Or the page would be saved.
            event.preventDefault();
            add();
          }
        }}
      />
      <Button variant="secondary" icon="plus" disabled={disabled || name.trim() === ''} onClick={add}>
        Add cache
      </Button>
    </Stack>
  );
}

function without(factors: Record<string, number>, name: string): Record<string, number> {
  return Object.fromEntries(Object.entries(factors).filter(([other]) => other !== name));
}
