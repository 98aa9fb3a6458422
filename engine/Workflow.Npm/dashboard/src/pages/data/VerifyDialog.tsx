import { useEffect, useState } from 'react';
import { type ApiError, post } from '../../api/client';
import type { DatasetVerification } from '../../api/types';
import { Dialog } from '../../components/Dialog';
import { Callout, Failure } from '../../components/Messages';
import { count, plural } from '../../lib/format';

/** Reads the files of a dataset at a version and says whether they are what their hashes say. */
export function VerifyDialog({ dataset, version, onClose }: { dataset: string; version: number; onClose: () => void }) {
  const [found, setFound] = useState<DatasetVerification>();
  const [refused, setRefused] = useState<ApiError>();
  useEffect(() => {
    let stale = false;
    post('/api/v2/datasets/{name}/verify', { path: { name: dataset }, query: { version } }).then(
      (answer) => !stale && setFound(answer),
      (error: ApiError) => !stale && setRefused(error),
    );
    return () => void (stale = true);
  }, [dataset, version]);
  return (
    <Dialog title={`Verify ${dataset} at v${version}`} wide onClose={onClose}>
      <div className="act" data-testid="verification">
        {!found && !refused && <p className="muted">Reading all files of the dataset at this version …</p>}
        {refused && <Failure what="The files could not be read." error={refused} />}
        {found && found.files > 0 && found.damages.length === 0 && (
          <p>
            {found.files === 1 ? 'The file is' : `All ${count(found.files)} files are`} what{' '}
            {found.files === 1 ? 'its hash says' : 'their hashes say'}.
          </p>
        )}
        {found && found.expired > 0 && <p className="muted">{plural(found.expired, 'slice')} not read: the content has expired.</p>}
        {found && found.damages.length > 0 && (
          <Callout kind="failed" title={`${count(found.damages.length)} of ${count(found.files)} files are damaged or gone`}>
            {found.damages.map((damage) => (
              <p key={damage} className="sentence">
                {damage}
              </p>
            ))}
          </Callout>
        )}
      </div>
      <div className="dialog-actions">
        <button type="button" className="button-main" onClick={onClose} autoFocus>
          Close
        </button>
      </div>
    </Dialog>
  );
}
