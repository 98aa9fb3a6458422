import { type FormEvent, useState } from 'react';
import { type ApiError, post } from '../../api/client';
import type { ReviewDetails } from '../../api/types';
import { Command } from '../../components/Messages';
import { plural, slice } from '../../lib/format';
import { quoted } from '../../lib/params';
import { changed } from '../../state/live';
import { say } from '../../state/toasts';
import { useApi } from '../../state/useApi';

const LONGEST = 2000;

type Act = 'release' | 'repair' | 'discard';

const DONE: Record<Act, string> = { release: 'released', repair: 'repaired', discard: 'discarded' };

/** Release, repair or discard, with the reason that is kept for good; what follows is said before the button. */
export function DecideForm({ review }: { review: ReviewDetails }) {
  const [act, setAct] = useState<Act>();
  const [reason, setReason] = useState('');
  const [version, setVersion] = useState('');
  const [refused, setRefused] = useState<string>();
  const others = useReplacements(review);

  const isComplete = act !== undefined && reason.trim() !== '' && (act !== 'repair' || version !== '');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!act) return;
    try {
      const body = { reason: reason.trim(), version: act === 'repair' ? Number(version) : null };
      const path = { review_id: review.review_id };
      if (act === 'release') await post('/api/v2/reviews/{review_id}/release', { path, body });
      else if (act === 'repair') await post('/api/v2/reviews/{review_id}/repair', { path, body });
      else await post('/api/v2/reviews/{review_id}/discard', { path, body });
      say(`${review.dataset} v${review.version} is ${DONE[act]}.`);
      changed();
    } catch (error) {
      setRefused((error as ApiError).message);
    }
  };
  const choice = (of: Act, label: string, consequence: string, isPossible = true) => (
    <label className="check" title={isPossible ? undefined : 'There is no other version of this slice.'}>
      <input type="radio" name="act" checked={act === of} disabled={!isPossible} onChange={() => setAct(of)} data-testid={`choose-${of}`} />
      <span>
        <span className="strong">{label}</span> <span className="muted">{consequence}</span>
      </span>
    </label>
  );

  return (
    <form className="act" onSubmit={(event) => void submit(event)}>
      <fieldset>
        <legend>Decide</legend>
        {choice('release', 'Release', `${plural(review.rows, 'row')} go on; the verdict of ${review.task_id} is waived in your name.`)}
        {choice('repair', 'Repair', 'Another version of the slice takes its place, and the gate judges that.', others.length > 0)}
        {choice('discard', 'Discard', `${review.task_id} fails, and with it what comes after it in the run.`)}
      </fieldset>
      {act === 'repair' && (
        <label className="field">
          <span className="field-name">Version that takes its place</span>
          <select value={version} onChange={(event) => setVersion(event.target.value)}>
            <option value="">choose one</option>
            {others.map((other) => (
              <option key={other.version} value={other.version}>
                v{other.version}, {plural(other.rows, 'row')}
              </option>
            ))}
          </select>
        </label>
      )}
      <label className="field">
        <span className="field-name">Why</span>
        <input required maxLength={LONGEST} value={reason} onChange={(event) => setReason(event.target.value)} data-testid="reason" />
        <span className="muted">Kept for good, with your name. The decision cannot be taken back.</span>
      </label>
      {refused && <p className="problem">{refused}</p>}
      <div className="row">
        <button type="submit" className={act === 'discard' ? 'button-danger' : 'button-main'} disabled={!isComplete} data-testid="decide">
          {act === undefined ? 'Choose what to do' : `${act[0]!.toUpperCase()}${act.slice(1)} ${review.dataset} v${review.version}`}
        </button>
      </div>
      {act && (
        <Command
          text={`workflow review ${act} ${review.review_id}${act === 'repair' ? ` --version ${version || 'N'}` : ''} --reason ${quoted(reason.trim() || 'TEXT')}`}
        />
      )}
    </form>
  );
}

/** Other versions of the slice whose content is kept. */
function useReplacements(review: ReviewDetails) {
  const partition = slice(review.partition) || undefined;
  const answer = useApi('/api/v2/datasets/{name}/versions', { path: { name: review.dataset }, query: { partition, limit: 100 } });
  return (answer.data?.versions ?? []).filter(
    (other) => other.version !== review.version && !other.expired_at && slice(other.partition) === slice(review.partition),
  );
}
