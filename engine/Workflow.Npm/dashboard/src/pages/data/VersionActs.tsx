import { useState } from 'react';
import { type ApiError, post, remove } from '../../api/client';
import type { DatasetVersionState } from '../../api/types';
import { changed } from '../../state/live';
import { say } from '../../state/toasts';
import { HoldDialog } from './HoldDialog';
import { VerifyDialog } from './VerifyDialog';

/** What one may do with a version as it is kept now: what is not possible is not offered. */
export function VersionActs({ dataset, of }: { dataset: string; of: DatasetVersionState }) {
  const [open, setOpen] = useState<'hold' | 'verify'>();
  const path = { name: dataset, version: of.version };

  const act = async (work: () => Promise<unknown>, done: string, undo?: () => void) => {
    try {
      await work();
      say(done, undo);
      changed();
    } catch (error) {
      say(`${dataset} v${of.version}: ${(error as ApiError).message}`);
    }
  };
  const hold = (reason: string) =>
    act(() => post('/api/v2/datasets/{name}/versions/{version}/hold', { path, body: { reason } }), `${dataset} v${of.version} is held.`);
  const lift = () => {
    const reason = of.hold!.reason;
    return act(
      () => remove('/api/v2/datasets/{name}/versions/{version}/hold', { path }),
      `The hold on ${dataset} v${of.version} is lifted.`,
      () => void hold(reason),
    );
  };

  return (
    <span className="row acts">
      {of.hold ? (
        <button type="button" onClick={() => void lift()} title={`Held by ${of.hold.by}: ${of.hold.reason}`}>
          Lift
        </button>
      ) : (
        !of.expired_at && (
          <button type="button" onClick={() => setOpen('hold')} title="Keep its content, whatever the retention says">
            Hold
          </button>
        )
      )}
      {of.cold_at && !of.expired_at && (
        <button
          type="button"
          title="Bring it back from the cold store"
          onClick={() =>
            void act(
              () => post('/api/v2/datasets/{name}/versions/{version}/recall', { path }),
              `${dataset} v${of.version} is back from the cold store.`,
            )
          }
        >
          Recall
        </button>
      )}
      {!of.expired_at && (
        <button type="button" onClick={() => setOpen('verify')} title="Read the dataset's files at this version and compare their hashes">
          Verify
        </button>
      )}
      {open === 'hold' && <HoldDialog title={`Hold ${dataset} v${of.version}`} onHold={hold} onClose={() => setOpen(undefined)} />}
      {open === 'verify' && <VerifyDialog dataset={dataset} version={of.version} onClose={() => setOpen(undefined)} />}
    </span>
  );
}
