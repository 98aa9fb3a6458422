import { type FormEvent, useState } from 'react';
import { type ApiError, patch, post } from '../../api/client';
import type { Pool } from '../../api/types';
import { Dialog } from '../../components/Dialog';
import { Callout, Command } from '../../components/Messages';
import { say } from '../../state/toasts';

const LONGEST_NAME = 200;

interface Props {
  /** The pool to change; none to add one. */
  pool: Pool | undefined;
  onDone: () => void;
  onClose: () => void;
}

export function PoolForm({ pool, onDone, onClose }: Props) {
  const [name, setName] = useState(pool?.name ?? '');
  const [slots, setSlots] = useState(String(pool?.slots ?? 1));
  const [description, setDescription] = useState(pool?.description ?? '');
  const [refused, setRefused] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const nameProblem = name === '' ? 'A name is required.' : name.length > LONGEST_NAME ? `At most ${LONGEST_NAME} characters.` : undefined;
  const slotsProblem = /^(-1|\d{1,9})$/.test(slots.trim()) ? undefined : 'Must be 0 or more, or -1 for no limit.';

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setRefused(undefined);
    const body = { slots: Number(slots), description };
    try {
      if (pool) await patch('/api/v2/pools/{pool_name}', { path: { pool_name: pool.name }, body });
      else await post('/api/v2/pools', { body: { name, ...body } });
      say(`Pool ${name} is ${pool ? 'changed' : 'added'}.`);
      onDone();
      onClose();
    } catch (error) {
      setRefused(error as ApiError);
      setBusy(false);
    }
  };

  return (
    <Dialog title={pool ? `Change pool ${pool.name}` : 'Add a pool'} onClose={onClose}>
      <form className="form" onSubmit={(event) => void submit(event)}>
        {refused && (
          <Callout kind="failed" title={pool ? 'The pool was not changed.' : 'The pool was not added.'}>
            <p>{refused.message}</p>
          </Callout>
        )}
        {!pool && (
          <label className="field">
            <span className="field-name">Name</span>
            <input autoFocus value={name} aria-invalid={nameProblem !== undefined && name !== ''} onChange={(event) => setName(event.target.value)} />
            {nameProblem && name !== '' && <span className="problem">{nameProblem}</span>}
          </label>
        )}
        <label className="field">
          <span className="field-name">
            Slots <span className="muted">integer, -1 for no limit</span>
          </span>
          <input inputMode="numeric" value={slots} aria-invalid={slotsProblem !== undefined} onChange={(event) => setSlots(event.target.value)} />
          {slotsProblem && <span className="problem">{slotsProblem}</span>}
        </label>
        <label className="field">
          <span className="field-name">Meaning</span>
          <input value={description} onChange={(event) => setDescription(event.target.value)} />
        </label>
        {!nameProblem && !slotsProblem && <Command text={`workflow pools set ${name} ${slots}`} />}
        <div className="dialog-actions">
          <button type="button" onClick={onClose}>
            Close
          </button>
          <button type="submit" className="button-main" disabled={busy || Boolean(nameProblem ?? slotsProblem)}>
            {pool ? 'Change' : 'Add'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
