import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { ApiError } from '../../api/client';
import type { Affected } from '../../api/types';
import { Dialog } from '../../components/Dialog';
import { Callout } from '../../components/Messages';
import { plural } from '../../lib/format';
import { say } from '../../state/toasts';
import { AffectedList } from './AffectedList';

interface Props {
  title: string;
  runId: string;
  /** What the button says, of so many tasks. */
  button: (tasks: string) => string;
  /** What the toast says of it, such as cleared. */
  done: string;
  /** Asks the API; changes with the options, which asks for a new preview. */
  ask: (dryRun: boolean) => Promise<Affected>;
  /** What the preview depends on. */
  options: string;
  onDone: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** Options of an act, what it would concern, and the button that says to how many. */
export function ActDialog({ title, runId, button, done, ask, options, onDone, onClose, children }: Props) {
  const [preview, setPreview] = useState<Affected>();
  const [refused, setRefused] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const latest = useRef(ask);
  latest.current = ask;

  useEffect(() => {
    let stale = false;
    setRefused(undefined);
    setPreview(undefined);
    latest.current(true).then(
      (affected) => !stale && setPreview(affected),
      (error: ApiError) => !stale && setRefused(error),
    );
    return () => void (stale = true);
  }, [options]);

  const act = async () => {
    setBusy(true);
    try {
      const affected = await ask(false);
      say(`${plural(affected.total_entries, 'task')} ${done}.`);
      onDone();
      onClose();
    } catch (error) {
      setRefused(error as ApiError);
      setBusy(false);
    }
  };

  const total = preview?.total_entries ?? 0;
  return (
    <Dialog title={title} wide onClose={onClose}>
      <div className="act">
        <div className="act-options">{children}</div>
        {refused && (
          <Callout kind="failed" title="That is not possible.">
            <p>{refused.message}</p>
          </Callout>
        )}
        {preview && <AffectedList affected={preview} runId={runId} />}
        {!preview && !refused && <p className="muted">Looking what it concerns …</p>}
      </div>
      <div className="dialog-actions">
        <button type="button" onClick={onClose}>
          Close
        </button>
        <button type="button" className="button-main" disabled={busy || total === 0} onClick={() => void act()} data-testid="act">
          {button(plural(total, 'task'))}
        </button>
      </div>
    </Dialog>
  );
}
