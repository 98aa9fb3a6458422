import { type FormEvent, useState } from 'react';
import { type ApiError, post } from '../../api/client';
import { Dialog } from '../../components/Dialog';
import { changed } from '../../state/live';
import { say } from '../../state/toasts';

const LONGEST = 1000;

/** Allows a DAG to break what was promised, by the contract that the person has read; the reason stays with the version. */
export function AcceptBreak(of: { dataset: string; dagId: string; hash: string; onClose: () => void }) {
  const { dataset, dagId, onClose } = of;
  // The page is kept fresh behind the dialog: what counts is what it showed when the dialog was opened.
  const [hash] = useState(of.hash);
  const [reason, setReason] = useState('');
  const [refused, setRefused] = useState<string>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      const { version } = await post('/api/v2/contracts/{dataset}/accept', { path: { dataset }, body: { reason, dag_id: dagId, hash } });
      say(`Version ${version} of the contract of ${dataset} holds.`);
      changed();
      onClose();
    } catch (error) {
      setRefused((error as ApiError).message);
    }
  };
  return (
    <Dialog title={`Allow ${dagId} to break the contract`} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <label className="field">
          <span className="field-name">Why</span>
          <input autoFocus required maxLength={LONGEST} value={reason} onChange={(event) => setReason(event.target.value)} />
          <span className="muted">
            Its contract becomes the next version, for everybody. That cannot be taken back; the reason is kept.
          </span>
          {refused && <span className="problem">{refused}</span>}
        </label>
        <div className="dialog-actions">
          <button type="button" onClick={onClose}>
            Keep the contract
          </button>
          <button type="submit" className="button-danger" disabled={reason.trim() === ''}>
            Allow the break
          </button>
        </div>
      </form>
    </Dialog>
  );
}
