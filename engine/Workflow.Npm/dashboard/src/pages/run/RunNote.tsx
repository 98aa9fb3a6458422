import { type FormEvent, useState } from 'react';
import { type ApiError, patch } from '../../api/client';
import type { DagRun } from '../../api/types';
import { Fact } from '../../components/Page';
import { say } from '../../state/toasts';

const LONGEST = 1000;

/** The run's note, edited where it stands. */
export function RunNote({ run, onChange }: { run: DagRun; onChange: () => void }) {
  const [text, setText] = useState<string>();

  const save = async (note: string) => {
    try {
      await patch('/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}', { path: run, body: { state: null, note } });
      setText(undefined);
      onChange();
    } catch (error) {
      say(`The note could not be saved: ${(error as ApiError).message}`);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save(text ?? '');
  };

  if (text === undefined) {
    return (
      <Fact name="Note">
        {run.note}{' '}
        <button type="button" className="link" onClick={() => setText(run.note ?? '')} data-testid="edit-note">
          {run.note ? 'Edit' : 'Add'}
        </button>
      </Fact>
    );
  }
  return (
    <Fact name="Note">
      <form className="row" onSubmit={submit} onKeyDown={(event) => event.key === 'Escape' && setText(undefined)}>
        <input
          className="note-input"
          aria-label="Note"
          autoFocus
          maxLength={LONGEST}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="button-main">
          Save
        </button>
        <button type="button" onClick={() => setText(undefined)}>
          Keep as it was
        </button>
      </form>
    </Fact>
  );
}
