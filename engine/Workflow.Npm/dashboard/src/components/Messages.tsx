import type { ReactNode } from 'react';
import type { ApiError } from '../api/client';
import { CopyButton } from './Copy';
import { Icon } from './Icon';

/** What would be here, and the one command or button that makes it so. */
export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** A command to copy. */
export function Command({ text }: { text: string }) {
  return (
    <div className="command">
      <code>{text}</code>
      <CopyButton text={text} label="Copy the command" />
    </div>
  );
}

/** A box that says something that matters for the whole page. */
export function Callout({ kind, title, children }: { kind: 'failed' | 'retry' | 'info'; title: ReactNode; children?: ReactNode }) {
  return (
    <div className={`callout callout-${kind}`} role={kind === 'failed' ? 'alert' : 'note'}>
      <Icon name={kind === 'failed' ? 'failed' : kind === 'retry' ? 'warning' : 'help'} />
      <div className="callout-body">
        <div className="callout-title">{title}</div>
        {children}
      </div>
    </div>
  );
}

const ADVICE: Record<number, string> = {
  0: 'The page asks again by itself. Check that the engine runs and that its address can be reached.',
  401: 'Sign in again.',
  403: 'This needs another right than you have.',
  404: 'It may have been renamed or deleted. Go back to the list it came from.',
};

/** What failed, the cause, what to try, and a reference to copy. */
export function Failure({ what, error, retry }: { what: string; error: ApiError; retry?: () => void }) {
  const reference = `${new Date().toISOString()} ${error.call} ${error.status}: ${error.message}`;
  return (
    <Callout kind="failed" title={what}>
      <p>{error.message}</p>
      <p className="muted">{ADVICE[error.status] ?? 'Try again; if it stays, the log of the engine says more.'}</p>
      <p className="row">
        {retry && (
          <button type="button" onClick={retry}>
            Try again
          </button>
        )}
        <code className="reference">{error.call}</code>
        <CopyButton text={reference} label="Copy a reference for support" />
      </p>
    </Callout>
  );
}

/** While the first answer is under way: nothing for a moment, then a word. */
export function Loading() {
  return <p className="loading">Loading …</p>;
}
