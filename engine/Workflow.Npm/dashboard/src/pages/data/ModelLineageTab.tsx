import { useParam } from '../../state/useParam';
import { LineagePanel } from './LineagePanel';
import { useModel } from './ModelPage';

const OF_VERSION = ['zoom'];

export function ModelLineageTab() {
  const { name, versions, aliases } = useModel();
  const [version, setVersion] = useParam('version', OF_VERSION);
  return (
    <LineagePanel subject={`model:${name}`} version={version} columns={[]}>
      <label className="version-field">
        <span className="muted">Version</span>
        <select value={version ?? ''} onChange={(event) => setVersion(event.target.value)}>
          <option value="">{aliases.champion ? `champion, v${aliases.champion}` : 'the newest'}</option>
          {versions.map((each) => (
            <option key={each.version} value={each.version}>
              v{each.version}
            </option>
          ))}
        </select>
      </label>
    </LineagePanel>
  );
}
