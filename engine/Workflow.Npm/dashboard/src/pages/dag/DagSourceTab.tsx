import { useState } from 'react';
import { Answered } from '../../components/Answered';
import { CodeView } from '../../components/CodeView';
import { Hash } from '../../components/Copy';
import { Time } from '../../components/Time';
import { plural } from '../../lib/format';
import { useApi } from '../../state/useApi';
import { useParam } from '../../state/useParam';
import { useDag } from './DagPage';

export function DagSourceTab() {
  const { dag_id, latest_version } = useDag();
  const [chosen, choose] = useParam('version');
  const [file, setFile] = useState<string>();
  const version = Number(chosen ?? latest_version ?? 0) || undefined;
  const versions =
    useApi('/api/v2/dags/{dag_id}/dagVersions', { path: { dag_id }, query: { limit: 200 } }, 'dags').data?.dag_versions ?? [];
  const source = useApi('/api/v2/dagSources/{dag_id}', { path: { dag_id }, query: { version_number: version } }, 'never');
  const shown = versions.find(({ version_number }) => version_number === version);
  return (
    <Answered answer={source} what="The source">
      {({ content, file: main, shared }) => {
        const open = shared.find((other) => other.file === file);
        return (
          <>
            <div className="toolbar">
              <label>
                Version{' '}
                <select value={version} onChange={(event) => choose(event.target.value)}>
                  {versions.map(({ version_number, is_current }) => (
                    <option key={version_number} value={version_number}>
                      v{version_number}
                      {is_current ? ' (current)' : ''}
                    </option>
                  ))}
                </select>
              </label>
              {shared.length > 0 && (
                <label>
                  File{' '}
                  <select value={open?.file ?? main} onChange={(event) => setFile(event.target.value)}>
                    {[main, ...shared.map((other) => other.file)].map((name) => (
                      <option key={name}>{name}</option>
                    ))}
                  </select>
                </label>
              )}
              {shown && (
                <span className="muted">
                  first seen <Time value={shown.created_at} />, {plural(shown.run_count, 'run')}, <Hash value={shown.hash} />
                </span>
              )}
            </div>
            <CodeView file={open?.file ?? main} content={open?.content ?? content} />
          </>
        );
      }}
    </Answered>
  );
}
