import React, { useState } from 'react';
import { FieldValidationMessage, Input } from '@grafana/ui';

interface Props {
  id: string;
  value: string;
  placeholder?: string;
  width?: number;
  disabled?: boolean;
  label?: string;
  /** Stands before the text, within the field. */
  prefix?: string;
  /** Says what is wrong with a text; empty texts are always right and mean the default. */
  problem?: (text: string) => string | undefined;
  onCommit: (text: string) => void;
}

/** A text field that hands its text on when it is left or Enter is pressed, and only if nothing is wrong with it. */
export function DraftInput({ id, value, placeholder, width, disabled, label, prefix, problem, onCommit }: Props) {
  const [draft, setDraft] = useState(value);
  const [known, setKnown] = useState(value);
  if (value !== known) {
    // The value was changed from elsewhere: it wins over what was typed.
    setKnown(value);
    setDraft(value);
  }
  const message = draft.trim() === '' ? undefined : problem?.(draft.trim());
  const commit = () => {
    if (!message && draft.trim() !== value) {
      onCommit(draft.trim());
    }
  };
  return (
    <div>
      <Input
        id={id}
        aria-label={label}
        aria-invalid={Boolean(message)}
        aria-describedby={message && `${id}-problem`}
        prefix={prefix}
        value={draft}
        placeholder={placeholder}
        width={width}
        disabled={disabled}
        invalid={Boolean(message)}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={commit}
        onKeyDown={(event) => event.key === 'Enter' && commit()}
      />
      {message && (
        <div id={`${id}-problem`}>
          <FieldValidationMessage>{message}</FieldValidationMessage>
        </div>
      )}
    </div>
  );
}
