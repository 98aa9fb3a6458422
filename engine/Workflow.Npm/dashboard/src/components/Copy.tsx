import { useEffect, useState } from 'react';
import { Icon } from './Icon';

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <button type="button" className="button-icon" title={label} aria-label={label} onClick={() => void copy(text).then(setCopied)}>
      <Icon name={copied ? 'success' : 'copy'} />
    </button>
  );
}

/** The first 8 digits of a hash, with the whole of it on hover and to copy. */
export function Hash({ value }: { value: string }) {
  return (
    <span className="hash">
      <code title={value}>{value.slice(0, 8)}</code>
      <CopyButton text={value} label="Copy the whole hash" />
    </span>
  );
}

/** The clipboard is only there over https and on localhost; elsewhere a hidden field does the same. */
async function copy(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return true;
  }
  const field = document.createElement('textarea');
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  return done;
}
