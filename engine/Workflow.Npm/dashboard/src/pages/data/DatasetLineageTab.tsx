import { VersionField } from '../../components/VersionField';
import { useParam } from '../../state/useParam';
import { useVersions } from '../../state/useVersions';
import { useDataset } from './DatasetPage';
import { LineagePanel } from './LineagePanel';

const OF_VERSION = ['zoom'];

export function DatasetLineageTab() {
  const {
    name,
    versions: [newest],
  } = useDataset();
  const [version, setVersion] = useParam('version', OF_VERSION);
  const { data: versions = [] } = useVersions(name);
  return (
    <LineagePanel subject={`dataset:${name}`} version={version} columns={newest?.columns.map((column) => column.name) ?? []}>
      <VersionField
        label="Version"
        value={version ?? ''}
        versions={versions.map((each) => ({ ...each, partition: {} }))}
        placeholder="newest of each"
        onChange={setVersion}
      />
    </LineagePanel>
  );
}
