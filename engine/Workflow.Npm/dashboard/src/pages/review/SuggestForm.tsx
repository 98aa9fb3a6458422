import { type FormEvent, useState } from 'react';
import { type ApiError, post } from '../../api/client';
import { plural } from '../../lib/format';
import { changed } from '../../state/live';
import { say } from '../../state/toasts';
import { useApi } from '../../state/useApi';

/** Learns checks from what a dataset held so far. */
export function SuggestForm({ dataset }: { dataset: string }) {
  const [name, setName] = useState(dataset);
  const [where, setWhere] = useState('');
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();
  const datasets = useApi('/api/v2/datasets', { query: { limit: 1000 } }).data?.datasets ?? [];
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setRefused(undefined);
    try {
      const found = await post('/api/v2/datasets/{name}/proposals', { path: { name }, body: { where: where.trim() || null } });
      say(`${plural(found.added, 'new check')}, learnt from ${plural(found.versions, 'version')} of ${name}.`);
      changed();
    } catch (error) {
      setRefused((error as ApiError).message);
    }
    setBusy(false);
  };
  return (
    <form className="toolbar" onSubmit={(event) => void submit(event)}>
      <label className="version-field">
        <span className="muted">Learn from</span>
        <select required value={name} onChange={(event) => setName(event.target.value)} data-testid="learn-from">
          <option value="">choose a dataset</option>
          {datasets.map((each) => (
            <option key={each.name}>{each.name}</option>
          ))}
        </select>
      </label>
      <label className="version-field">
        <span className="muted">Slices</span>
        <input value={where} placeholder="such as day<2024-02" onChange={(event) => setWhere(event.target.value)} />
      </label>
      <button type="submit" disabled={busy || name === ''} data-testid="suggest">
        Suggest checks
      </button>
      {refused && <span className="problem">{refused}</span>}
    </form>
  );
}
