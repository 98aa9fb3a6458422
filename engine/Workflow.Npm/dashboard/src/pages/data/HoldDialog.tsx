import { type FormEvent, useState } from 'react';
import { Dialog } from '../../components/Dialog';

const LONGEST = 2000;

/** Asks why a version is kept: whoever lifts the hold reads it. */
export function HoldDialog({ title, onHold, onClose }: { title: string; onHold: (reason: string) => Promise<void>; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void onHold(reason.trim()).then(onClose);
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit}>
        <label className="field">
          <span className="field-name">Why</span>
          <input
            autoFocus
            required
            maxLength={LONGEST}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            data-testid="reason"
          />
          <span className="muted">Its content stays, whatever the retention says, until somebody lifts the hold.</span>
        </label>
        <div className="dialog-actions">
          <button type="button" onClick={onClose}>
            Close
          </button>
          <button type="submit" className="button-main" disabled={reason.trim() === ''} data-testid="hold">
            Hold
          </button>
        </div>
      </form>
    </Dialog>
  );
}
