import { useParams } from 'react-router';
import type { DatasetVersion } from '../../api/types';
import { Answered } from '../../components/Answered';
import { Hash } from '../../components/Copy';
import { MadeBy } from '../../components/MadeBy';
import { Fact, Page, Section } from '../../components/Page';
import { Parents } from '../../components/Parents';
import { Table } from '../../components/Table';
import { Time } from '../../components/Time';
import { bytes, count, plain, plural } from '../../lib/format';
import { useApi } from '../../state/useApi';
import { useParam } from '../../state/useParam';

const RIGHT = 'right';

export function DatasetPage() {
  const { name = '' } = useParams();
  const [chosen, choose] = useParam('version');
  const answer = useApi('/api/v2/datasets/{name}', { path: { name } });
  const versions = answer.data?.versions ?? [];
  const shown = versions.find(({ version }) => String(version) === chosen) ?? versions[0];
  return (
    <Page title={name} facts={shown && <VersionFacts of={shown} />}>
      <Answered answer={answer} what={`The dataset ${name}`}>
        {() => (
          <>
            {shown && <Profile of={shown} />}
            <Section title="Versions" note={plural(versions.length, 'version')}>
              <Table
                label="Versions"
                columns={[
                  'Version',
                  'Hash',
                  { text: 'Rows', className: RIGHT },
                  { text: 'Size', className: RIGHT },
                  'Partition',
                  'Written',
                  'By',
                ]}
              >
                {versions.map((version) => (
                  <tr key={version.version} className={version === shown ? 'row-selected' : ''}>
                    <td>
                      <button type="button" className="link strong" onClick={() => choose(String(version.version))}>
                        v{version.version}
                      </button>
                    </td>
                    <td>
                      <Hash value={version.sha256} />
                    </td>
                    <td className="right number">{count(version.rows)}</td>
                    <td className="right number">{bytes(version.bytes)}</td>
                    <td>{partition(version)}</td>
                    <td>
                      <Time value={version.created_at} />
                    </td>
                    <td>
                      <MadeBy of={version} />
                    </td>
                  </tr>
                ))}
              </Table>
            </Section>
          </>
        )}
      </Answered>
    </Page>
  );
}

function VersionFacts({ of }: { of: DatasetVersion }) {
  return (
    <>
      <Fact name="Version">v{of.version}</Fact>
      <Fact name="Hash">
        <Hash value={of.sha256} />
      </Fact>
      <Fact name="Rows">{count(of.rows)}</Fact>
      <Fact name="Size">{bytes(of.bytes)}</Fact>
      <Fact name="Partition">{partition(of)}</Fact>
      <Fact name="Written">
        <Time value={of.created_at} /> by <MadeBy of={of} />
      </Fact>
      <Fact name="Made from">
        <Parents of={of.parents} />
      </Fact>
    </>
  );
}

/** Schema and profile in one table: a column is a row. */
function Profile({ of }: { of: DatasetVersion }) {
  const profiles = new Map(of.profile.map((profile) => [profile.column, profile]));
  const columns = ['Nulls', 'Distinct', 'Min', 'Max', 'Mean', 'Standard deviation'].map((text) => ({ text, className: RIGHT }));
  return (
    <Section title={`Columns of v${of.version}`} note={plural(of.columns.length, 'column')}>
      <Table label="Columns" columns={['Column', 'Type', ...columns]}>
        {of.columns.map(({ name, type }) => {
          const profile = profiles.get(name);
          const share = profile && profile.count > 0 ? profile.nulls / profile.count : 0;
          return (
            <tr key={name}>
              <td className="strong">{name}</td>
              <td>
                <code>{type}</code>
              </td>
              <td className="right number">
                {profile ? count(profile.nulls) : '–'}
                {share > 0 && <span className="muted"> {(share * 100).toFixed(1)} %</span>}
              </td>
              {[profile?.distinct, profile?.min, profile?.max, profile?.mean, profile?.sd].map((value, index) => (
                <td key={index} className="right number" title={value == null ? undefined : String(value)}>
                  {plain(value)}
                </td>
              ))}
            </tr>
          );
        })}
      </Table>
    </Section>
  );
}

function partition(of: DatasetVersion): string {
  return (
    Object.entries(of.partition)
      .map(([key, value]) => `${key}=${value}`)
      .join(', ') || '–'
  );
}
