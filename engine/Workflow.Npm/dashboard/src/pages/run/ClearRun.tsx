import { useState } from 'react';
import { post } from '../../api/client';
import type { DagRun } from '../../api/types';
import { useApi } from '../../state/useApi';
import { ActDialog } from './ActDialog';

interface Props {
  run: DagRun;
  onlyFailed: boolean;
  onDone: () => void;
  onClose: () => void;
}

/** Lets a run go through its tasks again: all or what failed, on the version that it is pinned to or on the newest. */
export function ClearRun({ run, onlyFailed, onDone, onClose }: Props) {
  const [scope, setScope] = useState(onlyFailed ? 'failed' : 'all');
  const [newest, setNewest] = useState(false);
  const dag = useApi('/api/v2/dags/{dag_id}', { path: { dag_id: run.dag_id } }, 'never').data;
  const only_failed = scope === 'failed';
  const body = { only_failed, run_on_latest_version: newest && !only_failed, note: null };
  const path = { dag_id: run.dag_id, dag_run_id: run.dag_run_id };
  return (
    <ActDialog
      title={`Clear ${run.dag_run_id}`}
      runId={run.dag_run_id}
      button={(tasks) => `Clear ${tasks}`}
      done="cleared"
      options={JSON.stringify(body)}
      ask={(dry_run) => post('/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/clear', { path, body: { dry_run, ...body } })}
      onDone={onDone}
      onClose={onClose}
    >
      <p>What is cleared runs again; its attempts so far keep their logs.</p>
      <Choice name="scope" value={scope} onChange={setScope} choices={[['all', 'the whole run'], ['failed', 'only what failed, with what follows from it']]} />
      {!only_failed && (
        <Choice
          name="version"
          value={newest ? 'newest' : 'pinned'}
          onChange={(value) => setNewest(value === 'newest')}
          choices={[
            ['pinned', `on version ${run.dag_version_number}, to which it is pinned`],
            ['newest', `on the newest version${dag?.latest_version ? `, ${dag.latest_version}` : ''}`],
          ]}
        />
      )}
    </ActDialog>
  );
}

interface ChoiceProps {
  name: string;
  value: string;
  choices: [string, string][];
  onChange: (value: string) => void;
}

function Choice({ name, value, choices, onChange }: ChoiceProps) {
  return (
    <fieldset>
      <legend>{name === 'scope' ? 'What' : 'Version'}</legend>
      {choices.map(([key, word]) => (
        <label key={key} className="check">
          <input type="radio" name={name} checked={key === value} onChange={() => onChange(key)} /> {word}
        </label>
      ))}
    </fieldset>
  );
}
